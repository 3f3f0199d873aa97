/**
 * The whole test: lint, types, build, then every suite in turn. Suites do not run beside one another, because each
 * measures real processes. Ends with one plain line, the sum of all: "N passed, N failed".
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const reports = mkdtempSync(join(tmpdir(), 'proc-course-test-'));
const sum = { passed: 0, failed: 0 };

const run = (argv) => spawnSync(argv[0], argv.slice(1), { cwd: root, stdio: 'inherit' }).status === 0;

function step(name, ...argv) {
  console.log(`\n== ${name}`);
  if (run(argv)) sum.passed += 1;
  else sum.failed += 1;
}

function suite(name, ...wanted) {
  console.log(`\n== ${name}`);
  const outputFile = join(reports, `${name}.json`);
  const ok = run([
    'npx',
    'vitest',
    'run',
    ...wanted,
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${outputFile}`,
  ]);
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(
      readFileSync(outputFile, 'utf8'),
    );
    sum.passed += numPassedTests;
    // A file that could not be loaded has no failed test of its own, and has failed all the same.
    sum.failed += Math.max(numFailedTests, ok ? 0 : 1, numFailedTests === 0 ? numFailedTestSuites : 0);
  } catch {
    sum.failed += 1;
  }
}

const suites = {
  lint: () => step('lint', 'npx', 'biome', 'ci', '.'),
  types: () => step('types', 'npx', 'tsc', '-p', '.'),
  build: () => step('build', 'node', 'scripts/build.js'),
  unit: () =>
    suite(
      'unit',
      '--exclude=test/{stage,commands,hostile,course,lessons,terminal}/**',
      '--exclude=test/package.test.ts',
    ),
  stage: () => suite('stage', 'test/stage', '--retry=1'),
  // What a busy machine was too slow for is played once more; graders have their own rule for that.
  lessons: () => suite('lessons', 'test/lessons', '--maxConcurrency=4', '--retry=1'),
  commands: () => suite('commands', 'test/commands', 'test/package.test.ts', '--retry=1'),
  terminal: () => suite('terminal', 'test/terminal', '--retry=1'),
  hostile: () => suite('hostile', 'test/hostile', '--maxConcurrency=3', '--no-file-parallelism'),
  // A check waits more than it works: four side by side are what two cores carry.
  course: () => suite('course', 'test/course', '--maxConcurrency=4'),
};

const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
if (process.argv.includes('--sharpest')) process.env.COURSE_PROGRAMS ??= 'sharpest';
for (const [name, start] of Object.entries(suites)) if (wanted.length === 0 || wanted.includes(name)) start();
rmSync(reports, { recursive: true, force: true });
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed === 0 ? 0 : 1;
