import { describe, expect, test } from 'vitest';
import { recovery } from '../../../src/grading/claims/recovery.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { asks, misses, says, started, timelineOf } from '../../timeline-by-hand.ts';

const asked = asks('fault', '/fault/operational?message=m1');

describe('recovery', () => {
  test('waits for quiet, counted from the moment when the last error was asked for', () => {
    const claim = recovery.waitsForQuiet('DEGRADED_MS', { since: 'fault' });
    const at = (atMs: number) =>
      claim.judge(
        timelineOf([0, started({ DEGRADED_MS: '600' })], [100, asked], [atMs, says('recovered-service')]),
      );
    expect(at(700).outcome).toBe('holds');
    expect(at(699).outcome).toBe('holds');
    expect(at(450)).toMatchObject({ outcome: 'broken', evidence: [1, 2] });
    expect(claim.judge(timelineOf([0, started()], [1, asked])).outcome).toBe('moot');
  });

  test('names the fault that ended the run before', () => {
    const claim = recovery.names('fault', { by: 'second start' });
    const again = { ...started(), app: 'second start' } as Unstamped;
    const recovered = (fields: object): Unstamped =>
      ({ ...says('recovered', fields), app: 'second start' }) as Unstamped;
    const judged = (...lines: Unstamped[]) =>
      claim.judge(timelineOf([1, asked], [2, again], ...lines.map((line) => [2, line] as const)));
    expect(judged(recovered({ from: { message: 'Error: m1' } })).outcome).toBe('holds');
    expect(judged(recovered({ from: { message: 'm0' } })).outcome).toBe('broken');
    expect(judged(recovered({ from: 'm1' })).outcome).toBe('broken');
    expect(judged(recovered({})).outcome).toBe('broken');
    expect(judged(misses('says recovered'))).toMatchObject({ outcome: 'broken', onTimeAlone: true });
    expect(claim.judge(timelineOf([1, asked], [2, misses('gone')])).outcome).toBe('moot');
    expect(claim.judge(timelineOf([1, misses('ready')])).outcome).toBe('moot');
  });
});
