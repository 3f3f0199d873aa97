import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { lives, ourGuards } from '../stage/on-stage.ts';
import { check, fixture, outcomesOf, run } from './tiny-run.ts';

afterEach(() => {
  expect(ourGuards()).toEqual([]);
});

describe('a file', () => {
  test('that cannot be read fails the first check in the words of the reader, and the rest follows', async () => {
    const told: string[] = [];
    const { checks, passed } = await run([check('first'), check('second'), check('third')], {
      prepare: async () => ({ unreadable: 'a.ts:1:1: this is no TypeScript' }),
      onCheck: ({ id }) => told.push(id),
    });
    expect(outcomesOf(checks)).toEqual([
      ['first', 'failed'],
      ['second', 'moot'],
      ['third', 'moot'],
    ]);
    expect(checks[0]?.findings).toMatchObject([{ seen: 'a.ts:1:1: this is no TypeScript' }]);
    expect(checks.slice(1).map(({ follows }) => follows)).toEqual(['first', 'first']);
    expect(told).toEqual(['first', 'second', 'third']);
    expect(passed).toBe(false);
  });

  test('is prepared in the folder of the run, which is gone afterwards', async () => {
    let folder = '';
    await run([check('first')], {
      prepare: async (file, into) => {
        folder = into;
        expect(existsSync(into)).toBe(true);
        return { file, nodeFlags: [] };
      },
    });
    expect(existsSync(folder)).toBe(false);
  });

  test('that cannot be prepared for a reason of ours rejects the run, and leaves nobody', async () => {
    const prepare = () => Promise.reject(new Error('no room on the disk'));
    await expect(run([check('first')], { prepare })).rejects.toThrow('no room on the disk');
  });
});

describe('an interruption', () => {
  test('ends all programs at once, tells of no further check and leaves nobody', async () => {
    const interruption = new AbortController();
    const pids: number[] = [];
    const told: string[] = [];
    const startedAt = performance.now();
    const running = run(
      ['a', 'b', 'c', 'd'].map((id) =>
        check(id, {
          play: async (app) => {
            pids.push(app.pid);
            await app.says('waiting');
            if (pids.length === 4) interruption.abort();
            await app.gone({ afterMs: 60_000 });
          },
        }),
      ),
      {
        file: fixture('prints-a-line-and-waits'),
        interrupted: interruption.signal,
        onCheck: ({ id }) => told.push(id),
      },
    );
    await running.catch(() => {});
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    expect(pids).toHaveLength(4);
    expect(pids.filter(lives)).toEqual([]);
    expect(told).toEqual([]);
  });
});
