import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noProgress, withPassed } from '../../src/progress/progress.ts';
import { progressFileFor, readProgress, updateProgress } from '../../src/progress/progress-file.ts';

const pass = { passedAt: '2026-01-02T03:04:05.000Z', content: 'abc', stretch: [] };
const passes = (id: string) => (before: typeof noProgress) => withPassed(before, id, pass);
const nobody = 65_534;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'proc-course-test-'));
  file = join(folder, 'state', 'progress.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the progress file', () => {
  test('stands where the environment says', async () => {
    expect(await progressFileFor({ env: { PROC_COURSE_STATE_DIR: '/a/b' }, cwd: '/' })).toBe(
      '/a/b/progress.json',
    );
    expect(await progressFileFor({ env: {}, cwd: '/' })).toMatch(/proc-course.*progress\.json$/);
  });

  test('that is missing is no progress, and is not made by reading', async () => {
    expect(await readProgress(file)).toEqual({ progress: noProgress, writable: true });
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  test('is made with its folder by the first that is recorded, and leaves nothing beside it', async () => {
    expect(await updateProgress(file, passes('exercise-1'))).toBeUndefined();
    expect(await readProgress(file)).toEqual({ progress: passes('exercise-1')(noProgress), writable: true });
    expect(readdirSync(join(folder, 'state'))).toEqual(['progress.json']);
  });

  test('that is damaged is kept aside with its content, and said so', async () => {
    mkdirSync(join(folder, 'state'));
    writeFileSync(file, '{"schema":1,');
    expect(await readProgress(file)).toMatchObject({ progress: noProgress, writable: true });
    expect(await updateProgress(file, passes('exercise-1'))).toBe(
      `${file} is damaged; it is kept aside with the next thing that is recorded.`,
    );
    const aside = readdirSync(join(folder, 'state')).filter((name) => name.includes('.damaged-'));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(folder, 'state', aside[0] ?? ''), 'utf8')).toBe('{"schema":1,');
    expect(Object.keys((await readProgress(file)).progress.exercises)).toEqual(['exercise-1']);
  });

  test('of a newer version is left as it is, and said so', async () => {
    mkdirSync(join(folder, 'state'));
    writeFileSync(file, '{"schema":3,"more":true}');
    expect(await updateProgress(file, passes('exercise-1'))).toContain('newer version of the course');
    expect(readFileSync(file, 'utf8')).toBe('{"schema":3,"more":true}');
    expect(readdirSync(join(folder, 'state'))).toEqual(['progress.json']);
  });

  test('that cannot be read is no progress, and is not written over', async () => {
    mkdirSync(file, { recursive: true });
    expect(await readProgress(file)).toMatchObject({
      progress: noProgress,
      writable: false,
      notice: `Progress cannot be read from ${file}.`,
    });
    expect(await updateProgress(file, passes('exercise-1'))).toContain('cannot be read');
  });
});

describe('several writers at once', () => {
  test('lose nothing within one process', async () => {
    const ids = Array.from({ length: 8 }, (_, index) => `exercise-${index}`);
    await Promise.all(ids.map((id) => updateProgress(file, passes(id))));
    expect(Object.keys((await readProgress(file)).progress.exercises).sort()).toEqual(ids);
  });

  test('lose nothing in two processes', async () => {
    const writer = `
      import { updateProgress } from './src/progress/progress-file.ts';
      import { withPassed } from './src/progress/progress.ts';
      const [file, name] = process.argv.slice(1);
      for (let count = 0; count < 10; count += 1) {
        await updateProgress(file, (before) =>
          withPassed(before, name + '-' + count, { passedAt: 'now', content: 'abc', stretch: [] }));
      }
    `;
    const children = ['one', 'other'].map((name) =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', writer, file, name], {
        stdio: ['ignore', 'ignore', 'inherit'],
      }),
    );
    const ends = await Promise.all(children.map((child) => once(child, 'close')));
    expect(ends).toEqual([
      [0, null],
      [0, null],
    ]);
    expect(Object.keys((await readProgress(file)).progress.exercises)).toHaveLength(20);
    expect(readdirSync(join(folder, 'state'))).toEqual(['progress.json']);
  });
});

describe('a folder that cannot be written', () => {
  // The superuser may write everywhere, so it steps down for the moment.
  const asSomebody = async (act: () => Promise<void>): Promise<void> => {
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(nobody);
    try {
      await act();
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  };

  test('rejects what is to be recorded, and still gives what is there', async () => {
    await updateProgress(file, passes('exercise-1'));
    chmodSync(folder, 0o755);
    chmodSync(join(folder, 'state'), 0o555);
    await asSomebody(async () => {
      await expect(updateProgress(file, passes('exercise-2'))).rejects.toThrow('EACCES');
      expect(Object.keys((await readProgress(file)).progress.exercises)).toEqual(['exercise-1']);
    });
    chmodSync(join(folder, 'state'), 0o755);
  });
});
