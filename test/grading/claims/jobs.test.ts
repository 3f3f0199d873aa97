import { describe, expect, test } from 'vitest';
import { jobs } from '../../../src/grading/claims/jobs.ts';
import { OverTooSoon } from '../../../src/stage/milestone.ts';
import { done, echoes, gives, hears, ready, refused, signals, sleeps } from '../../jobs-by-hand.ts';
import { ends, misses, started, timelineOf } from '../../timeline-by-hand.ts';

const begun = [0, started({ WORKERS: '2' })] as const;

describe('jobs.haveTheirResult', () => {
  const claim = jobs('a').haveTheirResult();

  test('holds for one right result each, in any order', () => {
    const timeline = timelineOf(
      begun,
      [1, echoes('a 1', 0)],
      [2, echoes('a 2', '')],
      [3, done('a 2', '')],
      [4, done('a 1', 0)],
    );
    expect(claim.judge(timeline)).toEqual({ outcome: 'holds' });
  });

  test('holds for a sum, and for a rejection that brings its message', () => {
    const sum = gives('a 1', { kind: 'sum', numbers: [2, 3] });
    const failing = gives('a 2', { kind: 'fail', message: 'broken pipe' });
    const timeline = timelineOf(
      begun,
      [1, sum],
      [2, failing],
      [3, done('a 1', 5)],
      [4, refused('a 2', 'Error: broken pipe')],
    );
    expect(claim.judge(timeline)).toEqual({ outcome: 'holds' });
  });

  test('is broken by a second result', () => {
    const timeline = timelineOf(begun, [1, echoes('a 1')], [2, done('a 1')], [3, done('a 1')]);
    expect(claim.judge(timeline)).toMatchObject({
      outcome: 'broken',
      seen: '2 results',
      evidence: [1, 2, 3],
    });
  });

  test('is broken by another value, and by a value that is missing', () => {
    expect(claim.judge(timelineOf(begun, [1, echoes('a 1', false)], [2, done('a 1', true)]))).toMatchObject({
      outcome: 'broken',
    });
    const without = hears({ type: 'result', id: 'a 1', ok: true, worker: 11 });
    expect(claim.judge(timelineOf(begun, [1, echoes('a 1', 0)], [2, without]))).toMatchObject({
      outcome: 'broken',
    });
  });

  test('is broken on time alone where the result was waited for in vain', () => {
    const timeline = timelineOf(
      begun,
      [1, echoes('a 1')],
      [9, misses('sends result for the job "a 1"')],
      [10, ends(null, 'SIGKILL', 'x')],
    );
    expect(claim.judge(timeline)).toMatchObject({ outcome: 'broken', onTimeAlone: true });
  });

  test('is broken, and not on time alone, where the program ended without it', () => {
    const timeline = timelineOf(begun, [1, echoes('a 1')], [9, ends(0)]);
    expect(claim.judge(timeline)).toMatchObject({
      outcome: 'broken',
      seen: 'none before the program was over',
    });
  });

  test('is moot where the scenario stopped for another reason, and where no job was sent', () => {
    const timeline = timelineOf(
      begun,
      [1, echoes('a 1')],
      [9, misses('shows its work')],
      [10, ends(null, 'SIGKILL', 'x')],
    );
    expect(claim.judge(timeline)).toMatchObject({ outcome: 'moot' });
    expect(claim.judge(timelineOf(begun, [1, echoes('b 1')]))).toMatchObject({ outcome: 'moot' });
  });
});

describe('jobs.areRefused', () => {
  test('wants ok: false with a text', () => {
    const claim = jobs('a').areRefused();
    expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, refused('a 1')]))).toEqual({
      outcome: 'holds',
    });
    expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, done('a 1')]))).toMatchObject({
      outcome: 'broken',
    });
    const wordless = hears({ type: 'result', id: 'a 1', ok: false, error: {} });
    expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, wordless]))).toMatchObject({
      outcome: 'broken',
    });
  });
});

test('jobs.areAnsweredOnce takes a value and a refusal alike, and no wrong value', () => {
  const claim = jobs('a').areAnsweredOnce();
  const timeline = timelineOf(
    begun,
    [1, echoes('a 1')],
    [2, echoes('a 2')],
    [3, done('a 1')],
    [4, refused('a 2')],
  );
  expect(claim.judge(timeline)).toEqual({ outcome: 'holds' });
  expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, done('a 1', 'w')]))).toMatchObject({
    outcome: 'broken',
  });
});

test('jobs.areAnsweredAtMostOnce holds without any result and is broken by a second one', () => {
  const claim = jobs('a').areAnsweredAtMostOnce();
  expect(claim.judge(timelineOf(begun, [1, echoes('a 1')]))).toEqual({ outcome: 'holds' });
  expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, refused('a 1')]))).toEqual({
    outcome: 'holds',
  });
  expect(
    claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, refused('a 1')], [3, refused('a 1')])),
  ).toMatchObject({ outcome: 'broken', evidence: [1, 2, 3] });
});

test('jobs.areRefusedFromSomeMomentOn is broken where the scenario waited for a refusal in vain', () => {
  const claim = jobs('a').areRefusedFromSomeMomentOn();
  expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [2, refused('a 1')]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [9, misses('refuses')]))).toMatchObject({
    outcome: 'broken',
    onTimeAlone: true,
    evidence: [1],
  });
  expect(claim.judge(timelineOf(begun, [1, echoes('a 1')], [9, misses('holds')]))).toMatchObject({
    outcome: 'moot',
  });
});

test('jobs.areDoneByTheFirstWorkers is broken by a result of a later worker', () => {
  const claim = jobs('a').areDoneByTheFirstWorkers();
  expect(
    claim.judge(timelineOf(begun, [1, ready(11, 12)], [2, echoes('a 1')], [3, done('a 1', 'v', 12)])),
  ).toEqual({ outcome: 'holds' });
  expect(
    claim.judge(timelineOf(begun, [1, ready(11, 12)], [2, echoes('a 1')], [3, done('a 1', 'v', 13)])),
  ).toMatchObject({
    outcome: 'broken',
    evidence: [3],
  });
});

describe('jobs.takeTurns and jobs.runSideBySide', () => {
  const four = (...times: [number, number, number, number]) =>
    timelineOf(
      begun,
      ...[1, 2, 3, 4].map((n) => [10, sleeps(`a ${n}`, 100)] as const),
      ...times.map((atMs, index) => [atMs, done(`a ${index + 1}`)] as const),
    );

  test('hold for two turns of two', () => {
    expect(
      jobs('a')
        .takeTurns()
        .judge(four(110, 111, 211, 212)),
    ).toEqual({ outcome: 'holds' });
    expect(
      jobs('a')
        .runSideBySide({ turns: 2 })
        .judge(four(110, 111, 211, 309)),
    ).toEqual({ outcome: 'holds' });
  });

  test('three at once are too many for two workers', () => {
    expect(
      jobs('a')
        .takeTurns()
        .judge(four(110, 111, 113, 212)),
    ).toMatchObject({ outcome: 'broken' });
  });

  test('one after the other is too slow, which is a matter of time alone', () => {
    expect(
      jobs('a')
        .runSideBySide({ turns: 2 })
        .judge(four(110, 210, 310, 410)),
    ).toMatchObject({
      outcome: 'broken',
      onTimeAlone: true,
    });
  });

  test('short jobs that took too long on a busy machine are played again, long ones are judged', () => {
    const busy = (ms: number) => {
      const times = [1, 2, 3, 4].map((n) => [10 + n * ms, done(`a ${n}`)] as const);
      const sent = times.map((_, index) => [10, sleeps(`a ${index + 1}`, ms)] as const);
      return { ...timelineOf(begun, ...sent, ...times), soonMs: 9_000 };
    };
    const claim = jobs('a').runSideBySide({ turns: 2 });
    expect(() => claim.judge(busy(2_000))).toThrow(OverTooSoon);
    expect(claim.judge(busy(9_500))).toMatchObject({ outcome: 'broken' });
  });
});

describe('jobs.areDoneAgain', () => {
  const claim = jobs('a').areDoneAgain();
  const killedAt50 = [begun, [10, sleeps('a 1', 100)], [50, signals(11, 'SIGKILL')]] as const;

  test('holds where the job took its whole time after the kill', () => {
    expect(claim.judge(timelineOf(...killedAt50, [151, done('a 1')]))).toEqual({ outcome: 'holds' });
  });

  test('is broken by a result that came too early for that', () => {
    expect(claim.judge(timelineOf(...killedAt50, [111, done('a 1')]))).toMatchObject({
      outcome: 'broken',
      evidence: [2, 3],
    });
  });
});

test('jobs.nameNoKilledWorker is broken by a result that names a worker which was killed before it came', () => {
  const claim = jobs('a').nameNoKilledWorker();
  const by = (worker: number) => hears({ type: 'result', id: 'a 1', ok: true, value: 1, worker });
  const played = (worker: number) =>
    timelineOf(
      begun,
      [1, sleeps('a 1', 400)],
      [50, signals(11, 'SIGKILL')],
      [600, by(worker)],
      [700, signals(12, 'SIGKILL')],
    );
  expect(claim.judge(played(12)).outcome).toBe('holds');
  expect(claim.judge(played(11))).toMatchObject({ outcome: 'broken', evidence: [2, 3] });
  expect(claim.judge(timelineOf(begun, [1, sleeps('a 1', 400)], [50, signals(11, 'SIGKILL')])).outcome).toBe(
    'moot',
  );
});

test('jobs.areFinishedBeforeTheExit is broken by an exit in the middle of the job', () => {
  const claim = jobs('a').areFinishedBeforeTheExit();
  expect(claim.judge(timelineOf(begun, [10, sleeps('a 1', 100)], [111, ends(0)]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(begun, [10, sleeps('a 1', 100)], [60, ends(0)]))).toMatchObject({
    outcome: 'broken',
  });
});

test('jobs.areCutOffAt plays again where a job was done that lasts beyond a short limit, and leaves a long one to the wait', () => {
  const claim = jobs('a').areCutOffAt('SHUTDOWN_TIMEOUT_MS');
  const under = (limitMs: number) =>
    [
      [0, started({ WORKERS: '2', SHUTDOWN_TIMEOUT_MS: `${limitMs}` })],
      [10, sleeps('a 1', 2 * limitMs)],
    ] as const;
  expect(claim.judge(timelineOf(...under(400), [412, refused('a 1')], [415, ends(1)]))).toEqual({
    outcome: 'holds',
  });
  const late = timelineOf(...under(400), [811, done('a 1')], [820, ends(1)]);
  expect(() => claim.judge(late)).toThrow(OverTooSoon);
  expect(claim.judge(timelineOf(...under(9_000), [18_011, done('a 1')], [18_020, ends(1)]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(...under(400), [90, misses('shows its work')]))).toMatchObject({
    outcome: 'moot',
  });
});
