/**
 * Grades every solution again and again while all cores are kept busy by other work, and counts what was not right.
 *
 *     npm run test:repeat -- [exercise] [times] [--quiet-machine]
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const underLoad = !process.argv.includes('--quiet-machine');
const exercises = readdirSync(join(root, 'solutions')).filter(
  (name) => words[0] === undefined || name === words[0],
);
const times = Number(words[1] ?? 100);
const state = mkdtempSync(join(tmpdir(), 'proc-course-repeat-'));

// One process a core that never rests: the machine that a learner shares with a browser and an editor.
const load = underLoad
  ? Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', 'for (;;) {}']))
  : [];

const check = (exercise, file) =>
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
try {
  for (const exercise of exercises) {
    for (const name of readdirSync(join(root, 'solutions', exercise)).filter((file) =>
      file.endsWith('.ts'),
    )) {
      const secondsOf = [];
      for (let round = 1; round <= times; round += 1) {
        const report = await check(exercise, join(root, 'solutions', exercise, name));
        secondsOf.push(report.durationMs / 1000);
        for (const { id, outcome, reason, findings = [] } of report.checks.filter(
          (each) => each.outcome !== 'passed',
        )) {
          wrong += 1;
          console.log(
            `  round ${round}, seed ${report.seed}: ${id} ${outcome} ${reason ?? ''} ${findings.map(({ seen }) => seen).join('; ')}`,
          );
        }
      }
      secondsOf.sort((a, b) => a - b);
      console.log(
        `${exercise} ${name}: ${times} rounds, median ${secondsOf[times >> 1].toFixed(1)} s, longest ${secondsOf.at(-1).toFixed(1)} s`,
      );
    }
  }
} finally {
  for (const child of load) child.kill('SIGKILL');
  rmSync(state, { recursive: true, force: true });
}
console.log(
  `${wrong} checks of right programs did not pass${underLoad ? ', with every core kept busy' : ''}`,
);
process.exitCode = wrong === 0 ? 0 : 1;
