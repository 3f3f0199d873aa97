import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What Node takes a `.js` file of this folder for: the `type` of the nearest package.json, if any. */
export function packageTypeOf(folder: string): 'module' | 'commonjs' | undefined {
  const manifest = readManifest(join(folder, 'package.json'));
  // The nearest manifest decides, even where it names no type.
  if (manifest !== undefined)
    return manifest.type === 'module' || manifest.type === 'commonjs' ? manifest.type : undefined;
  const parent = dirname(folder);
  return parent === folder ? undefined : packageTypeOf(parent);
}

function readManifest(file: string): { type?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) ?? undefined;
  } catch {
    return undefined;
  }
}
