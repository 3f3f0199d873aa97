import { describe, expect, test } from 'vitest';
import { eventLine } from '../../../src/grading/claims/event-lines.ts';
import { unlessStarved } from '../../../src/grading/claims/starvation.ts';
import { OverTooSoon } from '../../../src/stage/milestone.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { answers, asks, ends, says, started, timelineOf } from '../../timeline-by-hand.ts';

describe('unlessStarved', () => {
  const claim = unlessStarved(eventLine('leak.suspected').comes(), {
    asked: 'leaking',
    setting: 'SAMPLE_MS',
  });
  const play = (tookMs: number, ...more: (readonly [number, Unstamped])[]) =>
    timelineOf(
      [0, started({ SAMPLE_MS: '200' })],
      [100, asks('leaking 1', '/health/report')],
      [100 + tookMs, answers('leaking 1')],
      ...more,
      [5_000, { kind: 'milestone-missed', milestone: 'says leak.suspected', text: 'late', onTime: true }],
    );

  test('holds where the claim holds, however slow the answers were', () =>
    expect(claim.judge(play(900, [1_200, says('leak.suspected')])).outcome).toBe('holds'));
  test('is broken where the claim is broken and the answers were quick', () =>
    expect(claim.judge(play(20)).outcome).toBe('broken'));
  test('asks for another play where one in ten of the answers took longer than the setting', () =>
    expect(() => claim.judge(play(220))).toThrow(OverTooSoon));
  test('counts a request without an answer as long as the play went on', () =>
    expect(() =>
      claim.judge(
        play(20, [200, asks('leaking 2', '/')], [210, asks('leaking 3', '/')], [900, says('loop.blocked')]),
      ),
    ).toThrow(OverTooSoon));
  test('is broken where the program ended itself, however slow the answers were', () =>
    expect(claim.judge(play(900, [1_200, ends(1)])).outcome).toBe('broken'));
});
