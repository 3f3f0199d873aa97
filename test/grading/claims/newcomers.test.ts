import { describe, expect, test } from 'vitest';
import { answer } from '../../../src/grading/claims/answers.ts';
import { newConnections } from '../../../src/grading/claims/connections.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { answers, asks, ends, fails, misses, timelineOf } from '../../timeline-by-hand.ts';

const newcomer = (state: 'open' | 'refused'): Unstamped => ({ kind: 'connection', name: 'newcomer', state });

describe('newConnections.getNo200While', () => {
  const claim = newConnections.getNo200While('slow', { after: 'error' });

  test('holds where a newcomer was turned away, also where the wait for something later was in vain', () => {
    expect(claim.judge(timelineOf([1, newcomer('refused')])).outcome).toBe('holds');
    expect(claim.judge(timelineOf([1, newcomer('refused')], [2, misses('gone')])).outcome).toBe('holds');
  });

  test('is broken by a newcomer that was served, and moot where none could be tried', () => {
    expect(claim.judge(timelineOf([1, newcomer('open')], [2, answers('slow')]))).toMatchObject({
      outcome: 'broken',
    });
    expect(claim.judge(timelineOf([1, fails('slow', 'ECONNRESET')])).outcome).toBe('moot');
  });

  test('tells which path was served', () => {
    const served = { ...newcomer('open'), code: '200 for GET /health' } as Unstamped;
    expect(claim.judge(timelineOf([1, served]))).toMatchObject({
      seen: expect.stringContaining('200 for GET /health'),
    });
  });

  test('holds where the program ended by itself before any could be tried: who is gone serves nobody', () => {
    const cutOff = [1, fails('slow', 'ECONNRESET')] as const;
    expect(claim.judge(timelineOf(cutOff, [2, ends(1)])).outcome).toBe('holds');
    expect(claim.judge(timelineOf(cutOff, [2, misses('says error')], [3, ends(1)])).outcome).toBe('moot');
  });
});

describe('answer', () => {
  const slow = asks('slow', '/slow?ms=400&id=k7');

  test('takesItsTime is strict, but for the grain of a timer', () => {
    const at = (atMs: number) =>
      answer('slow')
        .takesItsTime('ms')
        .judge(timelineOf([100, slow], [atMs, answers('slow')])).outcome;
    expect(at(500)).toBe('holds');
    expect(at(499)).toBe('holds');
    expect(at(130)).toBe('broken');
  });

  test('hasField reads the body as JSON', () => {
    const healthy = (body: string) =>
      answer('slow')
        .hasField('status', '"healthy"', (value) => value === 'healthy')
        .judge(timelineOf([1, slow], [2, answers('slow', 200, body)])).outcome;
    expect(healthy('{ "status": "healthy" }')).toBe('holds');
    expect(healthy('{"status":"degraded"}')).toBe('broken');
    expect(healthy('healthy')).toBe('broken');
  });
});
