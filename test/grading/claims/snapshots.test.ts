import { describe, expect, test } from 'vitest';
import { figure, processorTime } from '../../../src/grading/claims/figures.ts';
import { afterThe, lag } from '../../../src/grading/claims/loop-lag.ts';
import { snapshots } from '../../../src/grading/claims/snapshots.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { answers, asks, misses, says, started, timelineOf } from '../../timeline-by-hand.ts';

type Entry = readonly [atMs: number, event: Unstamped];

const sample = (rssMB: number, cpuMs = 0): Unstamped => ({
  kind: 'sample',
  app: 'app',
  pid: 100,
  rssMB,
  cpuMs,
  children: [],
});
const given: Entry = [0, started({ SAMPLE_MS: '100' })];

describe('keepThePaceOf', () => {
  const claim = snapshots.keepThePaceOf('SAMPLE_MS');
  const at = (...times: number[]) => timelineOf(given, ...times.map((ms): Entry => [ms, says('snapshot')]));

  test('holds for the pace, also where lines reach us in one go', () => {
    expect(claim.judge(at(100, 200, 301, 400)).outcome).toBe('holds');
    expect(claim.judge(at(100, 200, 400, 400, 400, 600, 600)).outcome).toBe('holds');
  });

  test('is broken by twice as many, and on time alone by half as many', () => {
    expect(claim.judge(at(50, 100, 150, 200))).not.toHaveProperty('onTimeAlone');
    expect(claim.judge(at(200, 400, 600, 800))).toMatchObject({ outcome: 'broken', onTimeAlone: true });
  });

  test('a busy machine makes some gaps longer; a pace that is too slow makes all of them', () => {
    expect(claim.judge(at(100, 300, 520, 625, 900)).outcome).toBe('holds');
    expect(claim.judge(at(200, 400, 600, 1_100, 1_300)).outcome).toBe('broken');
  });

  test('what seems too seldom on a slow machine is played again', () => {
    const slow = (...times: number[]) => claim.judge({ ...at(...times), soonMs: 5_000 });
    expect(() => slow(200, 400, 700, 900, 1_100, 1_200)).toThrow(
      'so busy that nothing can be said of the pace',
    );
    expect(slow(200, 400, 600, 800).outcome).toBe('broken');
    expect(claim.judge({ ...at(50, 100, 150, 200), soonMs: 5_000 }).outcome).toBe('broken');
  });

  test('where we were late ourselves, the printed times tell a pace that is too seldom', () => {
    const late = (paceMs: number) =>
      [300, 400, 700, 800, 1_000].map((ms, index): Entry => {
        const at = new Date(1_000_001 + 200 + index * paceMs).toISOString();
        return [ms, says('snapshot', { at })];
      });
    expect(claim.judge(timelineOf(given, ...late(200))).outcome).toBe('broken');
    // Printed times that do not cover the span are believed by nobody.
    expect(claim.judge(timelineOf(given, ...late(100))).outcome).toBe('holds');
  });

  test('too often is told by the printed times where a stall has made one gap long', () => {
    const halves = [50, 100, 150, 200, 250, 1_200].map((ms): Entry => {
      return [ms, says('snapshot', { at: new Date(1_000_000 + ms).toISOString() })];
    });
    expect(claim.judge(timelineOf(given, ...halves)).outcome).toBe('broken');
  });

  test('where most lines reached us in one go, the times that the program printed decide whether anything can be said', () => {
    const late = (paceMs: number) =>
      timelineOf(
        given,
        ...[400, 400, 400, 400, 500].map((ms, index): Entry => {
          const at = new Date(1_000_000 + index * paceMs).toISOString();
          return [ms, says('snapshot', { at })];
        }),
      );
    expect(() => claim.judge(late(100))).toThrow('in one go');
    expect(claim.judge({ ...late(100), soonMs: 5_000 }).outcome).toBe('holds');
    expect(claim.judge({ ...late(50), soonMs: 5_000 }).outcome).toBe('broken');
    const inWholeSeconds = Array.from({ length: 21 }, (_, index): Entry => {
      const at = new Date(Math.floor(index / 10) * 1_000).toISOString();
      return [2_000, says('snapshot', { at })];
    });
    expect(() => claim.judge(timelineOf(given, ...inWholeSeconds))).toThrow('in one go');
    expect(claim.judge(late(50))).toMatchObject({ outcome: 'broken' });
    expect(claim.judge(at(400, 400, 400, 400, 500)).outcome).toBe('broken');
    expect(claim.judge(at(400, 400, 400, 1_400))).toHaveProperty('onTimeAlone', true);
  });

  test('is moot with one snapshot', () => {
    expect(claim.judge(at(100)).outcome).toBe('moot');
  });
});

describe('haveTheirOwnTime', () => {
  const claim = snapshots.haveTheirOwnTime();
  const at = (...times: [ms: number, at: unknown][]) =>
    timelineOf(given, ...times.map(([ms, time]): Entry => [ms, says('snapshot', { at: time })]));

  test('is broken by one time for all, holds for whole seconds and within one second', () => {
    const [first, later] = ['2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z'];
    expect(claim.judge(at([100, first], [1_200, first])).outcome).toBe('broken');
    expect(claim.judge(at([100, first], [1_200, later])).outcome).toBe('holds');
    expect(claim.judge(at([100, first], [900, first])).outcome).toBe('holds');
    expect(claim.judge(at([100, first])).outcome).toBe('moot');
    expect(claim.judge(at([100, 1_795_853_957_257], [1_200, 1_795_853_957_257])).outcome).toBe('holds');
  });
});

describe('agreesWithResidentMemory', () => {
  const claim = figure('rssMB').agreesWithResidentMemory({ megabytes: 1.5, percent: 2.5 }, { last: 3 });
  const pairs = (...said: unknown[]) =>
    timelineOf(
      given,
      ...said.flatMap((rssMB, index): Entry[] => [
        [100 * index, says('snapshot', { rssMB })],
        [100 * index, sample(100)],
      ]),
    );

  test('holds within the tolerance, and one snapshot that is off decides nothing', () => {
    expect(claim.judge(pairs(500, 99, 102, 98)).outcome).toBe('holds');
    expect(claim.judge(pairs(99, 99, 102, 60)).outcome).toBe('holds');
  });

  test('is broken by decimal megabytes and by what is no number', () => {
    expect(claim.judge(pairs(100, 104.9, 104.8, 104.9))).toMatchObject({
      seen: 'rssMB was 104.9, 104.8, 104.9',
    });
    expect(claim.judge(pairs('100', '100', '100')).outcome).toBe('broken');
  });

  test('memory may have moved since the reading before', () => {
    const grown = (said: number) =>
      timelineOf(
        given,
        [0, says('snapshot', { rssMB: 50 })],
        [0, sample(50)],
        [100, says('snapshot', { rssMB: said })],
        [100, sample(80)],
      );
    const last = figure('rssMB').agreesWithResidentMemory({ megabytes: 1.5, percent: 2.5 }, { last: 1 });
    expect(last.judge(grown(60)).outcome).toBe('holds');
    expect(last.judge(grown(90)).outcome).toBe('broken');
    expect(last.judge(grown(40)).outcome).toBe('broken');
  });

  test('the first snapshot is not compared: how much there was before it is not known', () => {
    const before = figure('rssMB').agreesWithResidentMemory(
      { megabytes: 1.5, percent: 2.5 },
      { before: 'm' },
    );
    const starting = (second: number) =>
      timelineOf(
        given,
        [100, says('snapshot', { rssMB: 40 })],
        [120, sample(47)],
        [200, says('snapshot', { rssMB: second })],
        [201, sample(48)],
        [300, asks('m', '/load/memory')],
      );
    expect(before.judge(starting(47.5)).outcome).toBe('holds');
    expect(before.judge(starting(40)).outcome).toBe('broken');
  });

  test('of lines that reached us in one go only the last is compared', () => {
    const inOneGo = timelineOf(
      given,
      ...[43, 43, 44, 80].flatMap((rssMB): Entry[] => [
        [500, says('snapshot', { rssMB })],
        [500, sample(80)],
      ]),
    );
    expect(claim.judge(inOneGo).outcome).toBe('holds');
  });

  test('a line that came later than a sample is not compared, and where none came in time it is played again', () => {
    const printed = (rssMB: number, saidAtMs: number, atMs: number): Entry[] => [
      [atMs, says('snapshot', { rssMB, at: new Date(saidAtMs).toISOString() })],
      [atMs, sample(80)],
    ];
    const stale = [...printed(43, 100, 1_000), ...printed(43, 200, 1_080), ...printed(43, 300, 1_160)];
    expect(claim.judge(timelineOf(given, ...stale, ...printed(80, 1_300, 1_300))).outcome).toBe('holds');
    const before = figure('rssMB').agreesWithResidentMemory(
      { megabytes: 1.5, percent: 2.5 },
      { before: 'm' },
    );
    const asked: Entry = [1_200, asks('m', '/load/memory')];
    const play = timelineOf(given, ...stale, asked, ...printed(80, 1_300, 1_300));
    expect(() => before.judge(play)).toThrow('too late to be compared');
  });

  test('is moot without a snapshot', () => {
    expect(claim.judge(timelineOf(given, [1, misses('ready')])).outcome).toBe('moot');
  });
});

describe('processor time', () => {
  const run = (percents: number[], cpuPerGapMs: number) =>
    timelineOf(
      given,
      ...percents.flatMap((cpuPercent, index): Entry[] => [
        [100 * index, says('snapshot', { cpuPercent })],
        [100 * index, sample(50, cpuPerGapMs * index)],
      ]),
    );

  test('a figure agrees by the mean over all samples, and the first sample is not judged', () => {
    const claim = figure('cpuPercent').agreesWithProcessorTime({ points: 8, percent: 15 });
    expect(claim.judge(run([90, 0, 20, 10, 10], 10)).outcome).toBe('holds');
    expect(claim.judge(run([10, 40, 40, 40], 10))).toMatchObject({
      expected: '10.0 on average, within 9 points',
    });
    expect(claim.judge(run([10], 10)).outcome).toBe('moot');
  });

  test('snapshots that reached us late are left out at both ends, and too few are no comparison', () => {
    const claim = figure('cpuPercent').agreesWithProcessorTime({ points: 8, percent: 15 });
    const printed = (at: number, reachedUs: number, cpuMs: number): Entry[] => [
      [reachedUs, says('snapshot', { cpuPercent: 10, at: new Date(at).toISOString() })],
      [reachedUs, sample(50, cpuMs)],
    ];
    const late = [
      ...printed(0, 90, 90),
      ...printed(100, 100, 100),
      ...printed(200, 200, 110),
      ...printed(300, 300, 120),
    ];
    expect(claim.judge(timelineOf(given, ...late, ...printed(400, 490, 200))).outcome).toBe('holds');
    const hopeless = [
      ...printed(0, 0, 0),
      ...printed(100, 450, 10),
      ...printed(200, 890, 20),
      ...printed(300, 1_290, 900),
    ];
    expect(() => claim.judge(timelineOf(given, ...hopeless))).toThrow('too late to be compared');
  });

  test('a late sample counts for all its time; samples that were only printed late count alike', () => {
    const claim = figure('cpuPercent').agreesWithProcessorTime({ points: 5, percent: 15 });
    const printed = (at: number, cpuPercent: number, cpuMs: number): Entry[] => [
      [at, says('snapshot', { cpuPercent, at: new Date(at).toISOString() })],
      [at, sample(50, cpuMs)],
    ];
    // Half a core at first, and then all of one for 400 ms.
    const begun = [...printed(0, 50, 0), ...printed(100, 50, 50)];
    const inTurn = [...begun, ...printed(500, 100, 450), ...printed(600, 50, 500)];
    expect(claim.judge(timelineOf(given, ...inTurn)).outcome).toBe('holds');
    const bySetTime = [...begun, ...printed(500, 400, 450), ...printed(600, 50, 500)];
    expect(claim.judge(timelineOf(given, ...bySetTime)).outcome).toBe('broken');
    const backlog = [500, 501, 502, 503].flatMap((at, index) => printed(at, index === 0 ? 60 : 100, 450));
    const fromAWorker = [...begun, ...backlog, ...printed(600, 90, 500)];
    expect(claim.judge(timelineOf(given, ...fromAWorker)).outcome).toBe('holds');
  });

  test('times that do not tell the snapshots apart are not made use of', () => {
    const claim = figure('cpuPercent').agreesWithProcessorTime({ points: 8, percent: 15 });
    const inTheSameSecond = [0, 100, 200, 300].flatMap((ms): Entry[] => [
      [ms, says('snapshot', { cpuPercent: 50, at: '2030-01-01T00:00:00Z' })],
      [ms, sample(50, ms / 2)],
    ]);
    expect(claim.judge(timelineOf(given, ...inTheSameSecond)).outcome).toBe('holds');
  });

  test('a share is what was used between the first sample and the last', () => {
    expect(processorTime.staysBelow({ percent: 8 }).judge(run([0, 0, 0], 5)).outcome).toBe('holds');
    expect(processorTime.staysBelow({ percent: 8 }).judge(run([0, 0, 0], 20))).toMatchObject({
      seen: '20.0 % over 0.2 s',
    });
  });
});

describe('lag', () => {
  const round = (fromMs: number, said: number, saidNext: number): Entry[] => [
    [fromMs, says('snapshot', { loopLagMs: 0 })],
    [fromMs + 30, asks(`block ${fromMs}`, '/load/block?ms=80')],
    [fromMs + 31, answers(`block ${fromMs}`, 202)],
    [fromMs + 115, answers(afterThe(`block ${fromMs}`))],
    [fromMs + 170, says('snapshot', { loopLagMs: said })],
    [fromMs + 340, says('snapshot', { loopLagMs: saidNext })],
  ];
  const rounds = (...all: [number, number][]) =>
    timelineOf(given, ...all.flatMap(([said, next], index) => round(index * 1_000, said, next)));

  test('a block is shown at its length, and the majority decides', () => {
    const claim = lag('loopLagMs').showsEachBlock();
    expect(claim.judge(rounds([76, 1], [84, 1], [70, 1])).outcome).toBe('holds');
    expect(claim.judge(rounds([76, 1], [84, 1], [9, 1])).outcome).toBe('holds');
    expect(claim.judge(rounds([9, 1], [84, 1], [9, 1])).outcome).toBe('broken');
    expect(claim.judge(rounds([170, 1], [170, 1], [84, 1])).outcome).toBe('broken');
  });

  test('what is too short is no fault of the machine, and what is too long may be one', () => {
    const claim = lag('loopLagMs').showsEachBlock();
    expect(claim.judge(rounds([9, 1], [9, 1], [9, 1]))).not.toHaveProperty('onTimeAlone');
    expect(claim.judge(rounds([9, 1], [170, 1], [84, 1]))).not.toHaveProperty('onTimeAlone');
    expect(claim.judge(rounds([170, 1], [170, 1], [84, 1]))).toHaveProperty('onTimeAlone', true);
    expect(
      lag('loopLagMs')
        .isSmallAgain()
        .judge(rounds([76, 76], [84, 84])),
    ).toHaveProperty('onTimeAlone', true);
  });

  test('a figure that stays up does so after every block', () => {
    const claim = lag('loopLagMs').isSmallAgain();
    expect(claim.judge(rounds([76, 1], [84, 66], [80, 70])).outcome).toBe('holds');
    expect(claim.judge(rounds([76, 76], [84, 84], [84, 84])).outcome).toBe('broken');
  });

  test('of two blocks in one sample the longer one counts, neither the last nor their sum', () => {
    const pairSaid = (loopLagMs: number) =>
      timelineOf(
        given,
        [0, says('snapshot', { loopLagMs: 0 })],
        [30, asks('long', '/load/block?ms=110')],
        [31, answers('long', 202)],
        [145, answers(afterThe('long'))],
        [170, asks('short', '/load/block?ms=70')],
        [171, answers('short', 202)],
        [245, answers(afterThe('short'))],
        [360, says('snapshot', { loopLagMs })],
        [720, says('snapshot', { loopLagMs: 1 })],
      );
    const claim = lag('loopLagMs').showsEachBlock();
    expect(claim.judge(pairSaid(112)).outcome).toBe('holds');
    expect(claim.judge(pairSaid(72)).outcome).toBe('broken');
    expect(claim.judge(pairSaid(184)).outcome).toBe('broken');
  });

  test('the blocks of another program are not taken for its own', () => {
    const claim = lag('loopLagMs', 'other').showsEachBlock();
    expect(claim.judge(rounds([9, 1], [9, 1])).outcome).toBe('moot');
  });

  test('a block during which a snapshot came is not judged', () => {
    const spoilt = timelineOf(
      given,
      ...round(0, 9, 9).map(([at, event]): Entry => (at === 170 ? [100, event] : [at, event])),
    );
    expect(lag('loopLagMs').showsEachBlock().judge(spoilt).outcome).toBe('moot');
  });
});
