import { basename, dirname, extname, join } from 'node:path';
import type { BuildFailure, Message } from 'esbuild';
import { packageTypeOf } from './package-type.ts';

/** A program that plain `node` can run. */
export interface PreparedProgram {
  readonly file: string;
  readonly nodeFlags: readonly string[];
}

/** The file is TypeScript that cannot be read as such; the text names place and reason, with the line itself. */
export interface Unreadable {
  readonly unreadable: string;
}

/**
 * JavaScript is run where it stands. TypeScript is turned into JavaScript once, with the files that it imports, into
 * `folder`; types are dropped, not checked.
 */
export async function prepareProgram(file: string, folder: string): Promise<PreparedProgram | Unreadable> {
  const extension = extname(file);
  if (!['.ts', '.mts', '.cts'].includes(extension)) return { file, nodeFlags: [] };
  const esbuild = await import('esbuild');
  const build = (format: 'esm' | 'cjs', outfile: string) =>
    esbuild.build({
      entryPoints: [file],
      // Inputs are then named as seen from the program's folder, and the program by its bare name.
      absWorkingDir: dirname(file),
      outfile,
      format,
      bundle: true,
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      // Their code is bundled, but what they load by a computed name is not ours to resolve.
      logLevel: 'silent',
      metafile: true,
    });
  const outfile = join(folder, basename(file, extension));
  try {
    const esm = `${outfile}.mjs`;
    const wanted = wantedFormat(file, extension);
    const built = await build(wanted === 'cjs' ? 'cjs' : 'esm', wanted === 'cjs' ? `${outfile}.cjs` : esm);
    const format = wanted ?? formatOf(built.metafile.inputs, file);
    if (wanted === undefined && format === 'cjs') await build('cjs', `${outfile}.cjs`);
    return { file: format === 'cjs' ? `${outfile}.cjs` : esm, nodeFlags: ['--enable-source-maps'] };
  } catch (error) {
    const { errors } = error as Partial<BuildFailure>;
    if (errors === undefined) throw error;
    return { unreadable: errors.map(inWords).join('\n\n') };
  } finally {
    await esbuild.stop();
  }
}

function wantedFormat(file: string, extension: string): 'esm' | 'cjs' | undefined {
  if (extension === '.mts') return 'esm';
  if (extension === '.cts') return 'cjs';
  const type = packageTypeOf(dirname(file));
  return type === 'module' ? 'esm' : type === 'commonjs' ? 'cjs' : undefined;
}

/** Where neither the name nor a package.json says what it is, its own syntax does, as Node decides for JavaScript. */
function formatOf(inputs: Record<string, { format?: 'cjs' | 'esm' }>, file: string): 'esm' | 'cjs' {
  // esbuild names the format of a module always, and of CommonJS only where it exports something.
  return inputs[basename(file)]?.format === 'esm' ? 'esm' : 'cjs';
}

/** The place, the reason, and the line itself with a mark under the place, as compilers have always told it. */
function inWords({ text, location }: Message): string {
  if (location === null) return text;
  const { file, line, column, lineText } = location;
  return `${basename(file)}:${line}:${column + 1}: ${text}\n  ${lineText}\n  ${' '.repeat(column)}^`;
}
