import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'course-package-'));
let tarball: { filename: string; unpackedSize: number; files: { path: string }[] };

beforeAll(() => {
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  [tarball] = JSON.parse(packed.toString());
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed tarball', () => {
  test('is under 3 MB unpacked, and holds what runs and what learners read and nothing else', () => {
    expect(tarball.unpackedSize).toBeLessThan(3 * 2 ** 20);
    const places = new Set(tarball.files.map(({ path }) => path.split('/')[0]));
    expect([...places].sort()).toEqual([
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'bin',
      'dist',
      'exercises',
      'lessons',
      'package.json',
      'schemas',
      'solutions',
    ]);
    expect(tarball.files.filter(({ path }) => /\.test\.|wrong-answers|(^|\/)src\//.test(path))).toEqual([]);
  });

  test('what the built tool imports by name is installed with it, and what is packed in brings its licence', () => {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const built = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
    const imported = built
      .filter((file) => file.endsWith('.js') && !file.startsWith('exercises'))
      .flatMap((file) => [
        ...readFileSync(join(root, 'dist', file), 'utf8').matchAll(
          /^(?:import|export|\} from)\b[^'"\n]*["']([^"'.][^"']*)["'];?$|\bimport\(["']([^"'.][^"']*)["']\)/gm,
        ),
      ])
      .map(([, named, awaited]) => String(named ?? awaited))
      .filter((name) => !isBuiltin(name));
    const packages = new Set(imported.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0]));
    expect([...packages].sort()).toEqual(Object.keys(dependencies).sort());
    const licences = readFileSync(join(root, 'dist/third-party-licences.txt'), 'utf8');
    for (const name of ['chalk', 'commander', 'env-paths']) {
      expect(devDependencies).toHaveProperty(name);
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
    }
  });

  test('publint finds nothing', () => {
    expect(() => execFileSync('npx', ['publint', '--strict'], { cwd: root, stdio: 'pipe' })).not.toThrow();
  });

  test('works where it is unpacked: init, then a check of the starter and of a solution', () => {
    execFileSync('tar', ['-xzf', join(folder, tarball.filename), '-C', folder]);
    const unpacked = join(folder, 'package');
    // What npm would install beside it is installed here already.
    execFileSync('ln', ['-s', join(root, 'node_modules'), join(unpacked, 'node_modules')]);
    const run = (...argv: string[]): { code: number; text: string } => {
      const env = { ...process.env, PROC_COURSE_STATE_DIR: folder };
      try {
        return {
          code: 0,
          text: execFileSync(process.execPath, [join(unpacked, 'bin/proc-course.js'), ...argv], {
            cwd: folder,
            env,
            stdio: 'pipe',
          }).toString(),
        };
      } catch (error) {
        const { status, stdout } = error as { status: number; stdout: Buffer };
        return { code: status, text: stdout.toString() };
      }
    };
    expect(run('init', 'mine').code).toBe(0);
    expect(run('check', '1', '--file', 'mine/exercise-1.js')).toMatchObject({
      code: 1,
      text: expect.stringContaining('killed by SIGTERM'),
    });
    expect(run('check', '1', '--file', join(unpacked, 'solutions/exercise-1/linear.ts')).code).toBe(0);
    expect(run('run', '01', '--auto').code).toBe(0);
  });

  test('the lockfile records no download addresses', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/);
  });
});
