/**
 * Grades every right program again and again while all cores are kept busy by other work, and counts what was not right.
 *
 *     npm run test:repeat -- [exercise or all] [times] [name of a program] [--solutions] [--side-by-side=2] [--quiet-machine]
 *
 * With --solutions other right programs are left out. With --quiet-machine nothing else is started: several checks side
 * by side then keep the cores busy for each other.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const root = join(import.meta.dirname, '..');
const [only, timesText = '100', program] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const underLoad = !process.argv.includes('--quiet-machine');
const times = Number(timesText);
const sideBySide = Number(
  process.argv.find((word) => word.startsWith('--side-by-side='))?.split('=')[1] ?? 1,
);
const rooms = process.argv.includes('--solutions') ? ['solutions'] : ['solutions', 'test/right-answers'];
const state = mkdtempSync(join(tmpdir(), 'proc-course-repeat-'));

const rightPrograms = readdirSync(join(root, 'solutions'))
  .filter((exercise) => only === undefined || only === 'all' || exercise === only)
  .flatMap((exercise) =>
    rooms.flatMap((room) =>
      readdirSync(join(root, room, exercise))
        .filter((name) => /\.[cm]?[jt]s$/.test(name) && (program === undefined || name === program))
        .map((name) => ({ exercise, file: join(root, room, exercise, name) })),
    ),
  );

// One process a core that never rests: the machine that a learner shares with a browser and an editor.
const load = underLoad
  ? Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;) {}']))
  : [];

const check = ({ exercise, file }) =>
  new Promise((resolve) => {
    const argv = [join(root, 'bin/proc-course.js'), 'check', exercise, '--file', file, '--json'];
    const env = { ...process.env, PROC_COURSE_STATE_DIR: state };
    execFile(process.execPath, argv, { cwd: state, env, maxBuffer: 2 ** 26 }, (_error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout));
      } catch {
        resolve({ checks: [{ id: 'the tool itself', outcome: 'trouble', reason: stderr }], durationMs: 0 });
      }
    });
  });

let wrong = 0;

async function repeat(graded) {
  const name = basename(graded.file);
  const secondsOf = [];
  for (let round = 1; round <= times; round += 1) {
    const report = await check(graded);
    secondsOf.push(report.durationMs / 1000);
    for (const { id, outcome, reason = '', findings = [] } of report.checks) {
      if (outcome === 'passed') continue;
      wrong += 1;
      const seen = findings.map((finding) => finding.seen).join('; ');
      console.log(`  ${name}, round ${round}, seed ${report.seed}: ${id} ${outcome} ${reason} ${seen}`);
    }
  }
  secondsOf.sort((a, b) => a - b);
  const [median, longest] = [secondsOf[times >> 1], secondsOf.at(-1)].map((seconds) => seconds.toFixed(1));
  console.log(`${graded.exercise} ${name}: ${times} rounds, median ${median} s, longest ${longest} s`);
}

try {
  const waiting = [...rightPrograms];
  const inTurn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await repeat(next);
  };
  await Promise.all(Array.from({ length: sideBySide }, inTurn));
} finally {
  for (const child of load) child.kill('SIGKILL');
  rmSync(state, { recursive: true, force: true });
}
console.log(
  `${wrong} checks of right programs did not pass${underLoad ? ', with every core kept busy' : ''}`,
);
process.exitCode = wrong === 0 ? 0 : 1;
