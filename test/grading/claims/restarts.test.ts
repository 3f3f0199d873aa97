import { describe, expect, test } from 'vitest';
import { restarts } from '../../../src/grading/claims/restarts.ts';
import { OverTooSoon } from '../../../src/stage/milestone.ts';
import { exits, looks, ready, signals, starts } from '../../jobs-by-hand.ts';
import { ends, misses, started, timelineOf } from '../../timeline-by-hand.ts';

const begun = [0, started({ WORKERS: '3', BACKOFF_MS: '100', MAX_RESTARTS: '2' })] as const;
const killed = [begun, [10, signals(11, 'SIGKILL')]] as const;

describe('restarts.deathsAreTold', () => {
  const claim = restarts.deathsAreTold();

  test('holds for the signal, whatever the code', () => {
    expect(claim.judge(timelineOf(...killed, [12, exits(11, null, 'SIGKILL')]))).toEqual({
      outcome: 'holds',
    });
  });

  test('is broken by a code in place of the signal, and by silence that was waited for', () => {
    expect(claim.judge(timelineOf(...killed, [12, exits(11, 137)]))).toMatchObject({ outcome: 'broken' });
    expect(
      claim.judge(timelineOf(...killed, [99, misses('sends message "worker-exit" number 1')])),
    ).toMatchObject({
      outcome: 'broken',
      onTimeAlone: true,
    });
  });

  test('is moot where the scenario stopped for another reason', () => {
    expect(claim.judge(timelineOf(...killed, [99, misses('shows its work')]))).toMatchObject({
      outcome: 'moot',
    });
  });
});

test('restarts.killedOnesAreReplaced wants a living child behind the announced pid', () => {
  const claim = restarts.killedOnesAreReplaced();
  const announced = [...killed, [20, starts(21)]] as const;
  expect(claim.judge(timelineOf(...announced, [21, looks('the end', [12, 21])]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(...announced, [21, looks('the end', [12, 22])]))).toMatchObject({
    outcome: 'broken',
  });
  expect(claim.judge(timelineOf(...killed, [20, ends(1)]))).toMatchObject({ outcome: 'broken' });
});

describe('restarts.waitsDouble', () => {
  const claim = restarts.waitsDouble({ times: 3 });

  test('counts no announcement of the first workers', () => {
    const announced = [begun, [1, starts(11)], [2, ready(11, 12, 13)], [10, signals(11, 'SIGKILL')]] as const;
    expect(claim.judge(timelineOf(...announced, [111, starts(21)]))).toEqual({ outcome: 'holds' });
    expect(claim.judge(timelineOf(...announced, [60, starts(21)]))).toMatchObject({ outcome: 'broken' });
  });

  test('counts a replacement once, also where it is announced at its start and again when it is up', () => {
    const twice = [...killed, [111, starts(21)], [150, starts(21)], [160, signals(12, 'SIGKILL')]] as const;
    expect(claim.judge(timelineOf(...twice, [361, starts(22)]))).toEqual({ outcome: 'holds' });
    expect(claim.judge(timelineOf(...twice, [300, starts(22)]))).toMatchObject({ outcome: 'broken' });
  });

  test('holds where each wait is at least as long as it must be', () => {
    const timeline = timelineOf(
      ...killed,
      [111, starts(21)],
      [120, signals(12, 'SIGKILL')],
      [320, starts(22)],
    );
    expect(claim.judge(timeline)).toEqual({ outcome: 'holds' });
  });

  test('is broken by a second wait that is no longer than the first', () => {
    const timeline = timelineOf(
      ...killed,
      [111, starts(21)],
      [120, signals(12, 'SIGKILL')],
      [225, starts(22)],
    );
    expect(claim.judge(timeline)).toMatchObject({
      outcome: 'broken',
      seen: 'it came 105 ms after it',
      evidence: [3, 4],
    });
  });

  test('is broken where no replacement came', () => {
    const timeline = timelineOf(...killed, [9_999, misses('sends message "worker-start" number 1')]);
    expect(claim.judge(timeline)).toMatchObject({ outcome: 'broken', onTimeAlone: true });
  });
});

test('restarts.areStarted and restarts.die count neither too many nor too few', () => {
  const two = timelineOf(begun, [1, starts(21)], [2, starts(22)], [3, ends(1)]);
  expect(restarts.areStarted('MAX_RESTARTS').judge(two)).toEqual({ outcome: 'holds' });
  const one = timelineOf(begun, [1, starts(21)], [3, ends(1)]);
  expect(restarts.areStarted('MAX_RESTARTS').judge(one)).toMatchObject({ outcome: 'broken' });
  const three = timelineOf(begun, [1, exits(11, 1)], [2, exits(12, 1)], [3, exits(13, 1)]);
  expect(restarts.die('MAX_RESTARTS', { jobs: 1 }).judge(three)).toMatchObject({
    outcome: 'broken',
    seen: '3 of them',
  });
});

test('restarts.areReplacedOneByOne lets one be missing, and not two', () => {
  const claim = restarts.areReplacedOneByOne();
  expect(claim.judge(timelineOf(begun, [1, looks('the first replacement', [12, 13])]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(begun, [1, looks('the first replacement', [13])]))).toMatchObject({
    outcome: 'broken',
  });
});

test('restarts.areAllReplaced wants as many as before, and no old one', () => {
  const claim = restarts.areAllReplaced();
  const old = [begun, [1, ready(11, 12, 13)], [2, starts(21)], [3, starts(22)], [4, starts(23)]] as const;
  expect(claim.judge(timelineOf(...old, [9, looks('the end', [21, 22, 23])]))).toEqual({ outcome: 'holds' });
  expect(claim.judge(timelineOf(...old, [9, looks('the end', [11, 22, 23])]))).toMatchObject({
    outcome: 'broken',
  });
  expect(claim.judge(timelineOf(...old, [9, misses('dead')]))).toMatchObject({
    outcome: 'broken',
    onTimeAlone: true,
  });
  expect(claim.judge(timelineOf(...old, [9, ends(1)]))).toMatchObject({ outcome: 'broken' });
});

test('restarts.killedOnesAreReplaced wants an announcement for each', () => {
  const claim = restarts.killedOnesAreReplaced();
  const both = [...killed, [11, signals(12, 'SIGKILL')], [20, starts(21)]] as const;
  expect(claim.judge(timelineOf(...both, [30, looks('the end', [21])]))).toMatchObject({ outcome: 'broken' });
  expect(claim.judge(timelineOf(...both, [25, starts(22)], [30, looks('the end', [21, 22])]))).toEqual({
    outcome: 'holds',
  });
  // One that was killed in its turn is no longer looked for.
  const again = [...killed, [20, starts(21)], [25, signals(21, 'SIGKILL')], [40, starts(22)]] as const;
  expect(claim.judge(timelineOf(...again, [50, looks('the end', [22])]))).toEqual({ outcome: 'holds' });
});

describe('restarts.waitIsSetBack', () => {
  const claim = restarts.waitIsSetBack({ after: 2 });
  const twice = [...killed, [111, starts(21)], [120, signals(12, 'SIGKILL')], [321, starts(22)]] as const;
  const third = [...twice, [400, signals(13, 'SIGKILL')]] as const;

  test('holds where the wait is that of a first death, and plays again where it looks like one more in the row', () => {
    expect(claim.judge(timelineOf(...third, [501, starts(23)]))).toEqual({ outcome: 'holds' });
    expect(() => claim.judge(timelineOf(...third, [801, starts(23)]))).toThrow(OverTooSoon);
  });

  test('is broken where it was waited for in vain, and moot where nobody was killed after the row', () => {
    const late = misses('sends message "worker-start" number 3');
    expect(claim.judge(timelineOf(...third, [9_999, late]))).toMatchObject({
      outcome: 'broken',
      onTimeAlone: true,
    });
    expect(claim.judge(timelineOf(...twice))).toMatchObject({ outcome: 'moot' });
  });
});
