import { describe, expect, test } from 'vitest';
import { fixture, linesOf, lives, pidsIn, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

const helperOf = (stage: Parameters<typeof pidsIn>[0]): number => pidsIn(stage).at(-1) ?? 0;

describe('what a program leaves behind', () => {
  test.each([
    ['in its own session', 'leaves-a-helper-in-its-own-session'],
    ['whose parent ended before the program did', 'leaves-a-helper-whose-parent-ended'],
    ['that holds the pipes', 'leaves-a-helper-that-holds-the-pipes'],
  ])('a helper %s is found, written down and ended', async (_, name) => {
    await onStage(async (stage) => {
      await stage.start(fixture(name)).gone();
      const pid = helperOf(stage);
      expect(seen(stage, 'left-behind')).toMatchObject([{ processes: [{ pid, command: 'sleep' }] }]);
      expect(seen(stage, 'ended')).toMatchObject([{ code: 0 }]);
      expect(lives(pid)).toBe(false);
    });
  });

  test('a helper that cleared its environment and has its own session is ended when the stage closes', async () => {
    let pid = 0;
    await onStage(async (stage) => {
      await stage.start(fixture('leaves-a-helper-without-an-environment')).gone();
      pid = helperOf(stage);
    });
    expect(pid).toBeGreaterThan(0);
    expect(lives(pid)).toBe(false);
  });

  test('a helper that a thread has started is remembered, whatever it cleared', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('leaves-a-helper-of-a-thread')).gone();
      expect(helperOf(stage)).toBeGreaterThan(0);
      expect(lives(helperOf(stage))).toBe(false);
    });
  });

  test.each(['0', '1'])(
    'a helper that holds the pipes does not hold up the end (own session: %s)',
    async (OWN_SESSION) => {
      await onStage(async (stage) => {
        const app = stage.start(fixture('leaves-a-helper-that-holds-the-pipes', { OWN_SESSION }));
        await app.gone();
        // The helper would sleep for a minute.
        expect(stage.log.nowMs()).toBeLessThan(10_000);
        expect(seen(stage, 'capped')).toEqual([]);
      });
    },
  );

  test('a program that leaves nobody has nothing written down', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('exits-with-the-code-it-is-given', { CODE: '0' })).gone();
      expect(seen(stage, 'left-behind')).toEqual([]);
    });
  });

  test('helpers of a program that we ended are ended too, and are not held against it', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('leaves-a-helper-whose-parent-ended', { STAYS: '1' }));
      await app.says('parent.ended');
      expect(lives(helperOf(stage))).toBe(true);
      await stage.end('the scenario was over');
      expect(lives(helperOf(stage))).toBe(false);
      expect(seen(stage, 'left-behind')).toEqual([]);
    });
  });

  test.each([
    'leaves-a-helper-in-its-own-session',
    'leaves-a-helper-without-an-environment',
    'leaves-a-helper-whose-parent-ended',
  ])('%s: left alone until the stage closes, where the scenario watches', async (name) => {
    let pid = 0;
    await onStage(async (stage) => {
      await stage.start({ ...fixture(name), afterExit: 'watch' }).gone();
      pid = helperOf(stage);
      expect(lives(pid)).toBe(true);
      expect(seen(stage, 'left-behind')).toEqual([]);
    });
    expect(lives(pid)).toBe(false);
  });

  test('a watched helper is ended together with its program where the scenario says so', async () => {
    await onStage(async (stage) => {
      const file = fixture('leaves-a-helper-in-its-own-session');
      await stage.start({ ...file, afterExit: 'watch' }).gone();
      await stage.end('the scenario was over');
      expect(lives(helperOf(stage))).toBe(false);
      expect(linesOf(stage, 'stderr')).toEqual([]);
    });
  });
});
