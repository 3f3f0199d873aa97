/**
 * Two figures, as ratios of what is measured beside them in the same run, because machines are shared and noisy:
 * `list` beside a bare `node -e 0`, and a whole check of a solution beside the longest wait that its contract forces
 * plus the bare starts of its processes, spread over the cores.
 *
 *     npm run bench -- [rounds]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const binary = join(root, 'bin/proc-course.js');
const rounds = Number(process.argv[2] ?? 11);
const folder = mkdtempSync(join(tmpdir(), 'proc-course-bench-'));
const env = { ...process.env, PROC_COURSE_STATE_DIR: folder };

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const time = (...argv) => {
  const startedAt = performance.now();
  spawnSync(process.execPath, argv, { cwd: folder, env, stdio: 'ignore' });
  return performance.now() - startedAt;
};

/** Measures all in turn, round by round, so that a busy moment falls on each of them. */
function sideBySide(calls) {
  const times = calls.map(() => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [index, argv] of calls.entries()) times[index].push(time(...argv));
  return times.map(median);
}

const [bareMs, listMs, helpMs] = sideBySide([
  ['-e', '0'],
  [binary, 'list'],
  [binary, '--help'],
]);
console.log(`node -e 0     ${bareMs.toFixed(0)} ms`);
console.log(
  `list          ${listMs.toFixed(0)} ms, ${(listMs / bareMs).toFixed(2)} times a bare start (aim: at most 1.6)`,
);
console.log(`--help        ${helpMs.toFixed(0)} ms, ${(helpMs / bareMs).toFixed(2)} times a bare start`);

// The same program in both languages: what differs is only the turning of one into the other.
const typescript = join(root, 'solutions/exercise-1/linear.ts');
const javascript = join(folder, 'linear.mjs');
mkdirSync(folder, { recursive: true });
await build({
  entryPoints: [typescript],
  outfile: javascript,
  format: 'esm',
  platform: 'node',
  target: 'node20',
});
writeFileSync(join(folder, 'linear.ts'), readFileSync(typescript));

const checkOf = (file) => [binary, 'check', 'exercise-1', '--file', file, '--json'];
const [jsMs, tsMs, bareAgainMs] = sideBySide([
  checkOf(javascript),
  checkOf(join(folder, 'linear.ts')),
  ['-e', '0'],
]);

/** The longest wait that any scenario of the check forces, and how many programs it starts, from a report of its own. */
const report = JSON.parse(
  execFileSync(process.execPath, [...checkOf(javascript), '--verbose'], {
    cwd: folder,
    env,
    maxBuffer: 2 ** 26,
  }),
);
const starts = report.checks.flatMap(({ timeline }) =>
  timeline.events.filter(({ kind }) => kind === 'started'),
);
const forcedMs = Math.max(
  ...starts.map(({ settings }) => Number(settings.SHUTDOWN_TIMEOUT_MS)).filter((limitMs) => limitMs < 10_000),
);
const leastMs = forcedMs + (starts.length * bareAgainMs) / availableParallelism();
console.log(
  `\nexercise-1: ${starts.length} programs, longest forced wait ${forcedMs} ms, least possible about ${leastMs.toFixed(0)} ms`,
);
console.log(
  `check, JavaScript  ${jsMs.toFixed(0)} ms, ${(jsMs / leastMs).toFixed(2)} times the least (aim: at most 1.5)`,
);
console.log(
  `check, TypeScript  ${tsMs.toFixed(0)} ms, ${(tsMs / leastMs).toFixed(2)} times the least, ${((tsMs / jsMs - 1) * 100).toFixed(1)} % beside JavaScript (aim: at most 5 %)`,
);
rmSync(folder, { recursive: true, force: true });
