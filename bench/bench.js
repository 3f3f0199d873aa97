/**
 * Everything as a ratio of what is measured beside it in the same run, because machines are shared and noisy:
 * quick commands beside a bare `node -e 0`; a whole check of a solution beside the longest wait that its contract
 * forces plus the bare starts of its processes, spread over the cores; from save to verdict in `watch` beside a bare
 * `check`; and the memory of `watch` after many rounds beside that after ten.
 *
 *     npm run bench -- [rounds [rounds of memory]]
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
const binary = join(root, 'bin/proc-course.js');
const rounds = Number(process.argv[2] ?? 11);
const memoryRounds = Number(process.argv[3] ?? 200);
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

const [bareMs, ...commandsMs] = sideBySide([
  ['-e', '0'],
  [binary, 'list'],
  [binary, '--help'],
  [binary, 'progress'],
]);
console.log(`node -e 0     ${bareMs.toFixed(0)} ms`);
for (const [index, name] of ['list', '--help', 'progress'].entries()) {
  const ms = commandsMs[index];
  const aim = name === 'list' ? ' (aim: at most 1.6)' : '';
  console.log(`${name.padEnd(13)} ${ms.toFixed(0)} ms, ${(ms / bareMs).toFixed(2)} times a bare start${aim}`);
}

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

/** `watch` on a program in a folder of its own; each save is told by the round whose verdict was printed. */
async function openWatch(name, text) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  const file = join(cwd, 'exercise-1.mjs');
  writeFileSync(file, text);
  const child = spawn(process.execPath, [binary, 'watch', 'exercise-1'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = 0;
  let wake = () => {};
  child.stdout.setEncoding('utf8').on('data', (data) => {
    for (const [, round] of data.matchAll(/round (\d+)/g)) told = Number(round);
    wake();
  });
  const verdict = async (round) => {
    while (told < round) {
      await new Promise((resolve) => {
        wake = resolve;
      });
    }
  };
  await verdict(1);
  return {
    pid: child.pid,
    file,
    cwd,
    /** Saves the program with something new in it; resolves to the milliseconds until the verdict was told. */
    async save() {
      const round = told + 1;
      const startedAt = performance.now();
      writeFileSync(file, `${text}// ${round}\n`);
      await verdict(round);
      return performance.now() - startedAt;
    },
    async end() {
      child.kill('SIGINT');
      await once(child, 'exit');
    },
  };
}

const watched = await openWatch('watched', readFileSync(javascript, 'utf8'));
const savedMs = [];
const checkedMs = [];
for (let round = 0; round < rounds; round += 1) {
  savedMs.push(await watched.save());
  checkedMs.push(time(...checkOf(watched.file)));
}
await watched.end();
const ratio = median(savedMs) / median(checkedMs);
console.log(
  `\nwatch, save to verdict  ${median(savedMs).toFixed(0)} ms, ${ratio.toFixed(2)} times a bare check of ${median(checkedMs).toFixed(0)} ms (aim: at most 1.1)`,
);

// A program that fails at once: it is the tool that is measured, and its rounds are quick.
const earlyRounds = 10;
const status = (pid) => `/proc/${pid}/status`;
if (existsSync(status(process.pid))) {
  const residentMB = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status(pid), 'utf8'))[1]) / 1024;
  const failing = await openWatch('failing', 'process.exitCode = 1;\n');
  let earlyMB = 0;
  for (let round = 2; round <= memoryRounds; round += 1) {
    await failing.save();
    if (round === Math.min(earlyRounds, memoryRounds)) earlyMB = residentMB(failing.pid);
  }
  const lateMB = residentMB(failing.pid);
  await failing.end();
  console.log(
    `watch, memory           ${lateMB.toFixed(0)} MB after ${memoryRounds} rounds, ${(lateMB / earlyMB).toFixed(2)} times the ${earlyMB.toFixed(0)} MB after ${earlyRounds} (aim: at most 1.1)`,
  );
}
rmSync(folder, { recursive: true, force: true });
