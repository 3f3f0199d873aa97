import { describe, expect, test } from 'vitest';
import { leak, trueGrowthMBPerMinute } from '../../../src/grading/claims/leak.ts';
import { asks, says, timelineOf } from '../../timeline-by-hand.ts';

describe('leak.isToldInFigures', () => {
  const claim = leak.isToldInFigures();

  test('holds for two figures above zero', () =>
    expect(
      claim.judge(timelineOf([1, says('leak.suspected', { growthMBPerMinute: 900, heapUsedMB: 30 })]))
        .outcome,
    ).toBe('holds'));
  test('is broken by a figure that is missing', () =>
    expect(claim.judge(timelineOf([1, says('leak.suspected', { growthMBPerMinute: 900 })]))).toMatchObject({
      seen: 'heapUsedMB: undefined',
      evidence: [0],
    }));
  test('is broken by a growth of nothing', () =>
    expect(
      claim.judge(timelineOf([1, says('leak.suspected', { growthMBPerMinute: 0, heapUsedMB: 30 })])).outcome,
    ).toBe('broken'));
  test('is broken by bytes for megabytes', () =>
    expect(
      claim.judge(timelineOf([1, says('leak.suspected', { growthMBPerMinute: 9, heapUsedMB: 31_457_280 })])),
    ).toMatchObject({ seen: 'heapUsedMB: 31457280' }));
  test('is moot without the line', () => expect(claim.judge(timelineOf()).outcome).toBe('moot'));
});

describe('the true growth', () => {
  test('is what was sent after the first share, over the time that it took', () => {
    const share = (kb: number) => asks('leak', `/load/leak?kb=${kb}`);
    const timeline = timelineOf([100, share(999)], [600, share(512)], [1100, share(512)]);
    expect(trueGrowthMBPerMinute(timeline, 'leak')).toBe(60);
  });
  test('is zero where nothing was sent', () => expect(trueGrowthMBPerMinute(timelineOf(), 'leak')).toBe(0));
});
