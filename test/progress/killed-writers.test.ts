import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { noProgress, parseProgress, withAnswer } from '../../src/progress/progress.ts';
import { updateProgress } from '../../src/progress/progress-file.ts';

const root = join(import.meta.dirname, '..', '..');
const kills = 200;
// Writers of one file at once. A lock that one of them leaves keeps that file busy for seconds, so that there are
// several files in turn: each is come back to when its lock can be taken over, with what was recorded before.
const atOnce = 4;
const files = 20;
// From right at the start to several records later.
const longestLifeMs = 200;
// On two quiet cores it takes a small part of this.
const longestTestMs = 400_000;

let folder: string;
let writer: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'proc-course-test-'));
  // As plain JavaScript, so that two hundred starts take no longer than they must.
  writer = join(root, 'node_modules', '.cache', `writes-until-killed-${process.pid}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, 'writes-until-killed.ts')],
    outfile: writer,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(writer, { force: true });
});

const pass = { answeredAt: 'now', right: true };

/** Starts a writer, kills it at a random moment, and resolves to what it had reported as recorded. */
async function writeUntilKilled(file: string, name: string): Promise<string[]> {
  const child = spawn(process.execPath, [writer, file, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  const recorded: string[] = [];
  const lines = createInterface({ input: child.stdout });
  const begun = once(lines, 'line');
  lines.on('line', (line) => void (line === 'begun' || recorded.push(line)));
  await begun;
  await wait(Math.random() * longestLifeMs);
  child.kill('SIGKILL');
  expect((await closed)[1]).toBe('SIGKILL');
  return recorded;
}

test(
  `what was recorded is there after ${kills} writers were killed, several at once`,
  async () => {
    const recorded = new Map<string, string[]>();
    for (let killed = 0; killed < kills; killed += atOnce) {
      const file = join(folder, 'killed', String((killed / atOnce) % files), 'progress.json');
      const names = Array.from({ length: atOnce }, (_, index) => `writer-${killed + index}`);
      const reported = await Promise.all(names.map((name) => writeUntilKilled(file, name)));
      recorded.set(file, [...(recorded.get(file) ?? []), ...reported.flat()]);
    }
    const lost = [...recorded].map(async ([file, questions]) => {
      await updateProgress(file, (before) => withAnswer(before, 'last', pass));
      const progress = parseProgress(readFileSync(file, 'utf8'));
      const there = typeof progress === 'string' ? {} : progress.answers;
      return [...questions, 'last'].filter((question) => !(question in there));
    });
    expect((await Promise.all(lost)).flat()).toEqual([]);
    expect([...recorded.values()].flat().length).toBeGreaterThan(kills / 4);
  },
  longestTestMs,
);

test('a lock that a killed writer left delays the next by few seconds, and what is left over is removed', async () => {
  const file = join(folder, 'left', 'progress.json');
  await updateProgress(file, (before) => withAnswer(before, 'first', pass));
  // A folder with a lock that nobody renews and a half-written file, as a writer leaves them that is killed there.
  const left = `const fs = require('node:fs'); fs.mkdirSync(process.argv[1] + '.lock'); fs.writeFileSync(process.argv[1] + '.new-1-1', '{'); process.kill(process.pid, 'SIGKILL');`;
  expect(spawnSync(process.execPath, ['-e', left, file]).signal).toBe('SIGKILL');
  const startedAt = performance.now();
  await Promise.all(
    ['a', 'b', 'c'].map((question) => updateProgress(file, (before) => withAnswer(before, question, pass))),
  );
  // proper-lockfile gives the lock up after two seconds, which may be rounded up to three.
  expect(performance.now() - startedAt).toBeGreaterThan(1_000);
  const expected = ['first', 'a', 'b', 'c'].reduce(
    (before, question) => withAnswer(before, question, pass),
    noProgress,
  );
  expect(parseProgress(readFileSync(file, 'utf8'))).toEqual(expected);
  expect(readdirSync(join(folder, 'left'))).toEqual(['progress.json']);
});

test('a writer that was overtaken while it was paused writes nothing over what the other has recorded', async () => {
  const file = join(folder, 'paused', 'progress.json');
  await updateProgress(file, (before) => withAnswer(before, 'first', pass));
  let other: Promise<unknown> | undefined;
  let times = 0;
  await updateProgress(file, (before) => {
    times += 1;
    if (other === undefined) {
      // The loop is held, so the lock is not renewed, until another process has found it stale and taken it over.
      const child = spawnSync(
        process.execPath,
        [
          '-e',
          `const { spawn } = require('node:child_process'); const child = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] }); child.stdout.on('data', (data) => { if (String(data).includes('other/0')) child.kill('SIGKILL'); });`,
          writer,
          file,
          'other',
        ],
        { stdio: ['ignore', 'inherit', 'inherit'] },
      );
      other = Promise.resolve(child);
      expect(child.status).toBe(0);
    }
    return withAnswer(before, 'paused', pass);
  });
  const progress = parseProgress(readFileSync(file, 'utf8'));
  expect(Object.keys((progress as typeof noProgress).answers)).toEqual(
    expect.arrayContaining(['first', 'other/0', 'paused']),
  );
  expect(times).toBe(2);
});
