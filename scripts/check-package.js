/** Looks at the packed tarball as npm would publish it: what is in it, how large it is, and what publint says. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [{ files, unpackedSize }] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
);
for (const { path, size } of files) console.log(`${String(size).padStart(8)}  ${path}`);
console.log(`${files.length} files, ${(unpackedSize / 2 ** 20).toFixed(2)} MB unpacked`);
execFileSync('npx', ['publint', '--strict'], { cwd: root, stdio: 'inherit' });
