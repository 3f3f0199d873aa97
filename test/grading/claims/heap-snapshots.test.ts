import { describe, expect, test } from 'vitest';
import { heapSnapshots } from '../../../src/grading/claims/heap-snapshots.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { misses, timelineOf } from '../../timeline-by-hand.ts';

const found = (...whole: boolean[]): Unstamped => ({
  kind: 'fact',
  name: 'snapshots',
  value: whole.map((isWhole, index) => ({ name: `${index}.heapsnapshot`, bytes: 10, isWhole })),
});

describe('heapSnapshots.isWritten', () => {
  const claim = heapSnapshots.isWritten();

  test('holds where one is whole', () =>
    expect(claim.judge(timelineOf([1, found(false, true)])).outcome).toBe('holds'));
  test('is broken by a file that does not open', () =>
    expect(claim.judge(timelineOf([1, found(false)]))).toMatchObject({
      outcome: 'broken',
      seen: '0.heapsnapshot (10 bytes)',
    }));
  test('is broken on time alone where we waited in vain', () =>
    expect(claim.judge(timelineOf([1, found()], [2, misses('snapshot')]))).toMatchObject({
      seen: 'no file that is new',
      onTimeAlone: true,
    }));
  test('is moot where nobody looked', () =>
    expect(claim.judge(timelineOf([1, misses('ready')])).outcome).toBe('moot'));
});

describe('heapSnapshots.isWrittenAgain', () => {
  const claim = heapSnapshots.isWrittenAgain();

  test('holds where the second look finds a new one', () =>
    expect(claim.judge(timelineOf([1, found(true)], [2, found(true)])).outcome).toBe('holds'));
  test('is broken where the second look finds nothing new', () =>
    expect(claim.judge(timelineOf([1, found(true)], [2, found()]))).toMatchObject({
      outcome: 'broken',
      seen: 'no file that is new',
    }));
  test('is moot where nobody looked again', () =>
    expect(claim.judge(timelineOf([1, found(true)])).outcome).toBe('moot'));
});

describe('heapSnapshots.isTheOnlyOne', () => {
  const claim = heapSnapshots.isTheOnlyOne();

  test('holds for one, by the last look', () =>
    expect(claim.judge(timelineOf([1, found()], [2, found(true)])).outcome).toBe('holds'));
  test('does not count what is no snapshot', () =>
    expect(claim.judge(timelineOf([1, found(true, false)])).outcome).toBe('holds'));
  test('is broken by two', () =>
    expect(claim.judge(timelineOf([1, found(true)], [2, found(true, true)]))).toMatchObject({
      outcome: 'broken',
      evidence: [1],
    }));
  test('is moot without any', () => expect(claim.judge(timelineOf([1, found()])).outcome).toBe('moot'));
});
