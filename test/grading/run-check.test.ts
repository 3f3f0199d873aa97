import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { eventLine } from '../../src/grading/claims/event-lines.ts';
import { exit } from '../../src/grading/claims/exit.ts';
import { must, should } from '../../src/grading/words.ts';
import { OverTooSoon } from '../../src/stage/milestone.ts';
import { lives, ourGuards } from '../stage/on-stage.ts';
import { check, codeIs, fixture, outcomesOf, run, texts } from './tiny-run.ts';

afterEach(() => {
  expect(ourGuards()).toEqual([]);
});

describe('a run', () => {
  test('tells each check in the declared order, whichever was done first', async () => {
    const told: string[] = [];
    const report = await run(
      [
        check('slow', { play: (app) => app.leftAlone({ forMs: 500 }).then(() => app.gone()) }),
        check('longest', { longest: true }),
        check('busy', { busy: true }),
        check('wrong', { settings: () => ({ CODE: 3 }) }),
        check('stretch', { expect: [should(exit.hasCode(1), texts)], point: 2 }),
      ],
      { onCheck: ({ id }) => told.push(id) },
    );
    expect(told).toEqual(['slow', 'longest', 'busy', 'wrong', 'stretch']);
    expect(outcomesOf(report.checks)).toEqual([
      ['slow', 'passed'],
      ['longest', 'passed'],
      ['busy', 'passed'],
      ['wrong', 'failed'],
      ['stretch', 'failed'],
    ]);
    expect(report).toMatchObject({ schema: 1, exercise: 'exercise-9', seed: 5, passed: false });
    expect(report.checks[3]?.findings).toMatchObject([{ seen: 'it ended with exit code 3' }]);
    expect(report.checks.map(({ timeline }) => timeline !== undefined)).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
  });

  test('is passed where all of the core is, whatever the stretch checks say', async () => {
    const report = await run([check('core'), check('stretch', { expect: [should(exit.hasCode(1), texts)] })]);
    expect(report.passed).toBe(true);
  });

  test('of only some checks is passed where these are, and keeps all timelines where it is asked to', async () => {
    const only = [check('stretch', { expect: [should(exit.hasCode(0), texts)] })];
    expect(await run(only)).toMatchObject({ passed: false });
    const report = await run(only, { onlySome: true, verbose: true });
    expect(report.passed).toBe(true);
    expect(report.checks[0]?.timeline?.events.length).toBeGreaterThan(0);
  });

  test('gives the same drawn values for the same seed', async () => {
    const drawn = async (seed: number) => {
      const report = await run(
        [
          check('draws', {
            settings: (draw) => ({ CODE: 0, TOKEN: draw.token(), COUNT: draw.integer(1, 1e6) }),
          }),
        ],
        { seed, verbose: true },
      );
      const first = report.checks[0]?.timeline?.events[0];
      return first?.kind === 'started' ? first.settings : {};
    };
    const [one, again, other] = [await drawn(5), await drawn(5), await drawn(6)];
    expect(one).toEqual(again);
    expect(one.TOKEN).not.toBe(other.TOKEN);
    expect(one.PORT).toBe('0');
  });
});

describe('a check', () => {
  test('is moot where the program never came so far', async () => {
    const { checks } = await run([
      check('moot', { play: (app) => app.ready(), settings: () => ({ CODE: 1 }) }),
    ]);
    expect(checks).toMatchObject([
      { outcome: 'moot', reason: 'it printed no event line "ready" before it was over' },
    ]);
  });

  test('follows from one whose gate is broken, through others that follow, and is not played', async () => {
    const played: string[] = [];
    const { checks } = await run([
      check('gate', { expect: [must(exit.hasCode(1), { ...texts, gate: true })] }),
      check('other'),
      check('next', { after: ['gate'], play: async () => void played.push('next') }),
      check('last', { after: ['next'], play: async () => void played.push('last') }),
    ]);
    expect(outcomesOf(checks)).toEqual([
      ['gate', 'failed'],
      ['other', 'passed'],
      ['next', 'moot'],
      ['last', 'moot'],
    ]);
    expect(checks.map(({ follows }) => follows)).toEqual([undefined, undefined, 'gate', 'gate']);
    expect(played).toEqual([]);
  });

  test('is played where what it comes after fails without a broken gate', async () => {
    const { checks } = await run([
      check('before', { expect: [codeIs(1)] }),
      check('after', { after: ['before'] }),
    ]);
    expect(outcomesOf(checks)).toEqual([
      ['before', 'failed'],
      ['after', 'passed'],
    ]);
  });

  test('is unstable where it took too long once and not in a second run', async () => {
    const memory = join(mkdtempSync(join(tmpdir(), 'proc-course-test-')), 'memory');
    const { checks, passed } = await run([check('sometimes', { settings: () => ({ MEMORY: memory }) })], {
      file: fixture('hangs-the-first-time'),
      timeScale: 0.5,
    });
    rmSync(join(memory, '..'), { recursive: true });
    expect(checks).toMatchObject([{ outcome: 'unstable', findings: [{ expected: 'an end in time' }] }]);
    expect(checks[0]?.reason).toContain('not in a second run');
    expect(passed).toBe(false);
  });

  test('is failed where it took too long twice', async () => {
    const { checks } = await run(
      [
        check('never', {
          expect: [must(eventLine('done').comes(), texts)],
          play: (app) => app.says('done').then(() => {}),
        }),
      ],
      {
        file: fixture('prints-a-line-and-waits'),
        timeScale: 0.25,
      },
    );
    expect(checks).toMatchObject([
      { outcome: 'failed', findings: [{ expected: 'a line {"event":"done"}' }] },
    ]);
  });

  test('is trouble where the scenario throws, which is held against nobody and ends its program', async () => {
    let pid = 0;
    const { checks } = await run(
      [
        check('trouble', {
          play: async (app) => {
            pid = app.pid;
            throw new RangeError('the scenario is wrong');
          },
        }),
        check('fine', {
          expect: [must(exit.hasCode(0), texts)],
          settings: () => ({ CODE: 0 }),
          play: async () => {},
        }),
      ],
      { file: fixture('prints-a-line-and-waits') },
    );
    expect(checks[0]).toMatchObject({ outcome: 'trouble', findings: [] });
    expect(checks[0]?.reason).toContain('RangeError: the scenario is wrong');
    expect(lives(pid)).toBe(false);
  });

  test('is played again where it was over too soon, and what must last then lasts longer', async () => {
    const spans: number[] = [];
    const { checks } = await run([
      check('too-soon', {
        settings: (draw) => {
          spans.push(draw.lasting(400));
          return { CODE: 0 };
        },
        play: async (app) => {
          await app.gone();
          if (spans.length < 3) throw new OverTooSoon('it was over too soon');
        },
      }),
    ]);
    expect(outcomesOf(checks)).toEqual([['too-soon', 'passed']]);
    expect(spans).toHaveLength(3);
    // From the second play on, longer than any "soon" of two seconds.
    for (const span of spans.slice(1)) expect(span).toBeGreaterThanOrEqual(2_500);
  });

  test('is unstable where it was over too soon three times', async () => {
    let plays = 0;
    const { checks } = await run([
      check('too-soon', {
        play: async (app) => {
          plays += 1;
          await app.gone();
          throw new OverTooSoon('it was over too soon');
        },
      }),
    ]);
    expect(checks).toMatchObject([{ outcome: 'unstable', reason: 'it was over too soon' }]);
    expect(plays).toBe(3);
  });
});
