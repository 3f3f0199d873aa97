import { describe, expect, test } from 'vitest';
import { blocks, reportedBlocks } from '../../../src/grading/claims/blocks.ts';
import { OverTooSoon } from '../../../src/stage/milestone.ts';
import { asks, misses, says, timelineOf } from '../../timeline-by-hand.ts';

const first = asks('block 1', '/load/block?ms=500');
const second = asks('block 2', '/load/block?ms=300');
const blocked = (durationMs: unknown) => says('loop.blocked', { durationMs });

describe('blocks.areReportedOnce', () => {
  const claim = blocks('block').areReportedOnce({ underMs: 60, overMs: 150 });

  test('holds for one line each, near the true length', () =>
    expect(
      claim.judge(timelineOf([0, first], [510, blocked(480)], [1000, second], [1310, blocked(330.5)]))
        .outcome,
    ).toBe('holds'));
  test('is broken by a block without a line', () =>
    expect(claim.judge(timelineOf([0, first], [1000, second], [1310, blocked(300)]))).toMatchObject({
      expected: 'one line "loop.blocked" for a block of 500 ms',
      seen: 'no such line',
      onTimeAlone: true,
    }));
  test('is broken by a second line for the same block', () =>
    expect(claim.judge(timelineOf([0, first], [510, blocked(500)], [760, blocked(500)]))).toMatchObject({
      seen: 'durationMs: 500, durationMs: 500',
    }));
  test('is broken by a line that comes before the block can have been over', () =>
    expect(claim.judge(timelineOf([0, first], [20, blocked(500)]))).toMatchObject({
      seen: 'durationMs: 500, 478 ms before the block can have been over',
    }));
  test('is broken by a length that is too short', () =>
    expect(claim.judge(timelineOf([0, first], [510, blocked(430)]))).toMatchObject({
      seen: 'durationMs: 430',
    }));
  test('is broken by seconds', () =>
    expect(claim.judge(timelineOf([0, first], [510, blocked(0.5)]))).toMatchObject({
      seen: 'durationMs: 0.5',
    }));
  test('is broken by a line without a length', () =>
    expect(claim.judge(timelineOf([0, first], [510, says('loop.blocked')])).outcome).toBe('broken'));
  test('allows more above on a slow machine, and below asks for another play where a little is missing', () => {
    const slow = (durationMs: number) => ({
      ...timelineOf([0, first], [800, blocked(durationMs)]),
      soonMs: 4_000,
    });
    expect(claim.judge(slow(790)).outcome).toBe('holds');
    expect(claim.judge(slow(370)).outcome).toBe('broken');
    expect(() => claim.judge(slow(430))).toThrow(OverTooSoon);
  });
  test('does not count a much smaller one, which may be another', () =>
    expect(claim.judge(timelineOf([0, first], [5, blocked(120)], [510, blocked(500)])).outcome).toBe(
      'holds',
    ));
  test('is moot where nothing was blocked', () =>
    expect(claim.judge(timelineOf([0, misses('ready')])).outcome).toBe('moot'));
});

describe('blocks.areNotReported', () => {
  const claim = blocks('short').areNotReported();

  test('holds without a line', () =>
    expect(claim.judge(timelineOf([0, asks('short 1', '/load/block?ms=90')])).outcome).toBe('holds'));
  test('is broken by one', () =>
    expect(
      claim.judge(timelineOf([0, asks('short 1', '/load/block?ms=90')], [99, blocked(90)])),
    ).toMatchObject({
      outcome: 'broken',
      evidence: [0, 1],
    }));
  test('is moot where the play was stopped', () =>
    expect(claim.judge(timelineOf([0, misses('ready')])).outcome).toBe('moot'));
});

test('the reported blocks are counted, and the longest is kept', () => {
  expect(reportedBlocks(timelineOf([1, blocked(300)], [2, blocked(500)]))).toEqual({
    count: 2,
    longestMs: 500,
  });
  expect(reportedBlocks(timelineOf())).toEqual({ count: 0, longestMs: 0 });
});
