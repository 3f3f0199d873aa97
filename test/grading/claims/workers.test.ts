import { describe, expect, test } from 'vitest';
import { workers } from '../../../src/grading/claims/workers.ts';
import { done, echoes, exits, hears, looks, ready, signals } from '../../jobs-by-hand.ts';
import { ends, misses, prints, started, timelineOf } from '../../timeline-by-hand.ts';

const begun = [0, started({ WORKERS: '2' })] as const;

describe('workers.areAnnounced', () => {
  const claim = workers.areAnnounced();

  test('holds where ready names somebody', () => {
    expect(claim.judge(timelineOf(begun, [1, ready(11)]))).toEqual({ outcome: 'holds' });
  });

  test('is broken by an empty list, and by a message that is none', () => {
    expect(claim.judge(timelineOf(begun, [1, ready()]))).toMatchObject({ outcome: 'broken' });
    expect(claim.judge(timelineOf(begun, [1, hears({ type: 'ready' })]))).toMatchObject({
      outcome: 'broken',
    });
  });

  test('is broken on time alone where nothing came, and not so where the program had ended', () => {
    const waited = timelineOf(begun, [9, misses('sends message "ready"')], [10, ends(null, 'SIGKILL', 'x')]);
    expect(claim.judge(waited)).toMatchObject({ outcome: 'broken', onTimeAlone: true });
    const ended = timelineOf(begun, [5, ends(1)], [9, misses('sends message "ready"', false)]);
    expect(claim.judge(ended)).toMatchObject({
      outcome: 'broken',
      seen: 'it ended with exit code 1 before it',
    });
  });

  test('says with which error the program ended', () => {
    const crashed = timelineOf(begun, [4, prints('TypeError: no such thing', 'stderr')], [5, ends(1)]);
    expect(claim.judge(crashed)).toMatchObject({
      outcome: 'broken',
      seen: 'it ended with exit code 1 before it, and said: TypeError: no such thing',
      evidence: [1, 2],
    });
  });
});

test('workers.areAsManyAsAskedFor counts different pids', () => {
  const claim = workers.areAsManyAsAskedFor();
  expect(claim.judge(timelineOf(begun, [1, ready(11, 12)]))).toEqual({ outcome: 'holds' });
  expect(claim.judge(timelineOf(begun, [1, ready(11, 11)]))).toMatchObject({ outcome: 'broken' });
  expect(claim.judge(timelineOf(begun, [1, ready(11)]))).toMatchObject({ outcome: 'broken' });
});

test('workers.live and workers.areChildren believe the process table', () => {
  const grandchild = timelineOf(begun, [1, ready(11, 12)], [2, looks('the start', [11], [11, 12])]);
  expect(workers.live().judge(grandchild)).toEqual({ outcome: 'holds' });
  expect(workers.areChildren().judge(grandchild)).toMatchObject({ outcome: 'broken', seen: '12 is none' });
  const madeUp = timelineOf(begun, [1, ready(11, '12')], [2, looks('the start', [11, 12])]);
  expect(workers.live().judge(madeUp)).toMatchObject({ outcome: 'broken' });
});

test('workers.noneEnds is broken by a told death and by one that was kept secret', () => {
  const claim = workers.noneEnds();
  expect(claim.judge(timelineOf(begun, [1, ready(11, 12)], [2, looks('the end', [11, 12])]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(begun, [1, ready(11, 12)], [2, exits(11, 1)]))).toMatchObject({
    outcome: 'broken',
  });
  expect(claim.judge(timelineOf(begun, [1, ready(11, 12)], [2, looks('the end', [12, 13])]))).toMatchObject({
    outcome: 'broken',
    seen: 'process 11 is gone',
  });
});

test('workers.noneIsLeft is moot where nobody looked, and broken by whoever lives', () => {
  const claim = workers.noneIsLeft();
  expect(claim.judge(timelineOf(begun, [5, ends(0)], [6, looks('the end', [])]))).toEqual({
    outcome: 'holds',
  });
  expect(claim.judge(timelineOf(begun, [5, ends(0)], [6, looks('the end', [], [12])]))).toMatchObject({
    outcome: 'broken',
  });
  expect(claim.judge(timelineOf(begun, [5, misses('gone')]))).toMatchObject({ outcome: 'moot' });
});

describe('workers.doTheWorkThemselves', () => {
  const claim = workers.doTheWorkThemselves('a');
  const stopped = [begun, [1, ready(11, 12)], [2, signals(11, 'SIGSTOP')], [3, echoes('a 1')]] as const;

  test('holds for a result of a worker that runs, and of a stopped one that was let go', () => {
    expect(claim.judge(timelineOf(...stopped, [4, done('a 1', 'v', 12)]))).toEqual({ outcome: 'holds' });
    expect(
      claim.judge(timelineOf(...stopped, [4, signals(11, 'SIGCONT')], [5, done('a 1', 'v', 11)])),
    ).toEqual({ outcome: 'holds' });
  });

  test('is broken by a result in the name of a worker that was stopped all the time', () => {
    expect(claim.judge(timelineOf(...stopped, [4, done('a 1', 'v', 11)]))).toMatchObject({
      outcome: 'broken',
      evidence: [3, 4],
    });
  });

  test('is broken by a result in the name of somebody unknown', () => {
    expect(claim.judge(timelineOf(...stopped, [4, done('a 1', 'v', 100)]))).toMatchObject({
      outcome: 'broken',
    });
  });
});
