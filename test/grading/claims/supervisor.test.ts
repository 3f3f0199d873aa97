import { describe, expect, test } from 'vitest';
import { supervisor } from '../../../src/grading/claims/supervisor.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { asks, ends, misses, says, timelineOf } from '../../timeline-by-hand.ts';

const sends = (message: unknown): Unstamped => ({
  kind: 'message',
  app: 'app',
  direction: 'received',
  message,
});
const asked = asks('fault', `/fault/throw?message=${encodeURIComponent('m1 token=t1')}`);
const restart = (reason: unknown) => sends({ type: 'restart-request', reason });
const program = supervisor();

describe('supervisor', () => {
  test('is told the port of the ready line', () => {
    const judged = (message: unknown) =>
      program.isToldThatItIsReady().judge(timelineOf([1, says('ready', { port: 80 })], [2, sends(message)]));
    expect(judged({ type: 'ready', port: 80 }).outcome).toBe('holds');
    expect(judged({ type: 'ready', port: 0 }).outcome).toBe('broken');
    expect(judged('ready').outcome).toBe('broken');
    expect(program.isToldThatItIsReady().judge(timelineOf([1, misses('ready')])).outcome).toBe('moot');
  });

  test('is asked once for a restart, with the message as the reason', () => {
    const judged = (...messages: Unstamped[]) =>
      program
        .isAskedOnceForARestart('fault')
        .judge(timelineOf([1, asked], ...messages.map((message) => [2, message] as const), [3, ends(1)]));
    expect(judged(restart('fatal: m1 token=***')).outcome).toBe('holds');
    expect(judged()).toMatchObject({ seen: 'no such message' });
    expect(judged(restart('m1'), restart('m1'))).toMatchObject({ seen: '2 of them', evidence: [1, 2] });
    expect(judged(restart(undefined)).outcome).toBe('broken');
    expect(judged(restart('uncaughtException')).outcome).toBe('broken');
  });

  test('is asked for a restart after null too, with whatever reason', () => {
    const nothing = asks('fault', '/fault/throw-value?kind=null&message=m1');
    const judged = (...messages: Unstamped[]) =>
      program
        .isAskedOnceForARestart('fault')
        .judge(timelineOf([1, nothing], ...messages.map((message) => [2, message] as const), [3, ends(1)]));
    expect(judged(restart('something was thrown')).outcome).toBe('holds');
    expect(judged().outcome).toBe('broken');
    expect(judged(restart('null'), restart('null')).outcome).toBe('broken');
  });

  test('is not told the secret; where it is told nothing, nothing can be said', () => {
    const judged = (reason: unknown) =>
      program.isToldNoSecretOf('fault').judge(timelineOf([1, asked], [2, restart(reason)])).outcome;
    expect(judged('m1 token=***')).toBe('holds');
    expect(judged('m1 token=t1')).toBe('broken');
    expect(judged('a crash')).toBe('moot');
  });

  test('is not asked for a restart', () => {
    expect(program.isNotAskedForARestart().judge(timelineOf([1, ends(0)])).outcome).toBe('holds');
    expect(program.isNotAskedForARestart().judge(timelineOf([1, restart('m1')])).outcome).toBe('broken');
    expect(program.isNotAskedForARestart().judge(timelineOf([1, misses('ready')])).outcome).toBe('moot');
  });
});
