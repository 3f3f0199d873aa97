import { describe, expect, test } from 'vitest';
import { eventLine, theLines } from '../../../src/grading/claims/event-lines.ts';
import { asks, misses, prints, says, signal, started, timelineOf } from '../../timeline-by-hand.ts';

describe('eventLine', () => {
  test('comes: free text and JSON without an event are no event lines', () => {
    const timeline = timelineOf(
      [1, prints('ready')],
      [2, prints('{"ready":true}')],
      [3, prints('["event"]')],
      [4, prints('{"event":7}')],
    );
    expect(eventLine('ready').comes().judge(timeline).outcome).toBe('broken');
  });

  test('comes: more fields, another order, spaces around it and stderr are all right', () => {
    const timeline = timelineOf([1, prints('  {"at":1,"event":"ready","x":null} ', 'stderr')]);
    expect(eventLine('ready').comes().judge(timeline).outcome).toBe('holds');
  });

  test('comesOnce is broken by two, and shows both', () => {
    const timeline = timelineOf([1, says('shutdown.start')], [2, says('shutdown.start')]);
    expect(eventLine('shutdown.start').comesOnce().judge(timeline)).toMatchObject({
      outcome: 'broken',
      seen: '2 of them',
      evidence: [0, 1],
    });
  });

  test('comesAgain is broken by one, on time alone where the second was waited for', () => {
    const claim = eventLine('degraded').comesAgain();
    const line = says('degraded');
    expect(claim.judge(timelineOf([1, line], [2, line])).outcome).toBe('holds');
    expect(claim.judge(timelineOf([1, line], [2, line], [3, line])).outcome).toBe('holds');
    expect(claim.judge(timelineOf([1, line]))).not.toHaveProperty('onTimeAlone');
    expect(claim.judge(timelineOf([1, line], [2, misses('says degraded', true)]))).toMatchObject({
      outcome: 'broken',
      onTimeAlone: true,
    });
    expect(claim.judge(timelineOf([1, misses('says degraded', true)])).outcome).toBe('broken');
  });

  test('comes is broken, not moot, where the scenario waited for that very line', () => {
    expect(
      eventLine('degraded')
        .comes()
        .judge(timelineOf([1, misses('says degraded')])).outcome,
    ).toBe('broken');
  });

  test('comes is moot where the scenario stopped at something else before', () => {
    expect(
      eventLine('degraded')
        .comes()
        .judge(timelineOf([1, misses('ready')])).outcome,
    ).toBe('moot');
  });

  test('neverComes is broken by one line', () => {
    expect(
      eventLine('ready')
        .neverComes()
        .judge(timelineOf([1, says('ready')])).outcome,
    ).toBe('broken');
  });

  test('has judges the value, and is moot where no such line came', () => {
    const claim = eventLine('shutdown.start').has('signal', 'SIGTERM', (value) => value === 'SIGTERM');
    expect(claim.judge(timelineOf([1, says('shutdown.start', { signal: 'SIGTERM' })])).outcome).toBe('holds');
    expect(claim.judge(timelineOf([1, says('shutdown.start', { signal: 15 })])).outcome).toBe('broken');
    expect(claim.judge(timelineOf()).outcome).toBe('moot');
  });

  test('a line before the earliest possible answer is broken, one after it holds', () => {
    const claim = eventLine('db.closed').doesNotComeBeforeTheAnswerTo('slow', { takes: 'ms' });
    const play = (atMs: number) =>
      timelineOf([100, asks('slow', '/slow?ms=400&id=x')], [atMs, says('db.closed')]);
    expect(claim.judge(play(450))).toMatchObject({ outcome: 'broken', evidence: [0, 1] });
    expect(claim.judge(play(500)).outcome).toBe('holds');
  });

  test('a line before the limit is broken, counted from the first signal', () => {
    const claim = eventLine('shutdown.forced').doesNotComeBeforeTheLimit('LIMIT_MS');
    const play = (atMs: number) =>
      timelineOf(
        [0, started({ LIMIT_MS: '500' })],
        [100, signal('SIGTERM')],
        [atMs, says('shutdown.forced')],
      );
    expect(claim.judge(play(400)).outcome).toBe('broken');
    expect(claim.judge(play(600)).outcome).toBe('holds');
  });

  test('isTheLastOf looks within one stream only', () => {
    const claim = eventLine('shutdown.complete').isTheLastOf(['db.closed']);
    expect(claim.judge(timelineOf([1, says('shutdown.complete')], [2, says('db.closed')])).outcome).toBe(
      'broken',
    );
    expect(
      claim.judge(timelineOf([1, says('shutdown.complete')], [2, says('db.closed', {}, 'stderr')])).outcome,
    ).toBe('holds');
  });
});

describe('theLines', () => {
  const claim = theLines(
    { event: 'shutdown.start' },
    { event: 'shutdown.phase', where: { phase: 'drain' } },
    { event: 'shutdown.complete' },
  ).comeInOrder();
  const start = says('shutdown.start');
  const drain = says('shutdown.phase', { phase: 'drain' });
  const complete = says('shutdown.complete');

  test('hold in order, with anything between them', () => {
    expect(claim.judge(timelineOf([1, start], [2, prints('noise')], [3, drain], [4, complete])).outcome).toBe(
      'holds',
    );
  });

  test('are broken by another order, and say the order that was seen', () => {
    expect(claim.judge(timelineOf([1, drain], [2, start], [3, complete]))).toMatchObject({
      outcome: 'broken',
      seen: 'shutdown.phase drain, shutdown.start, shutdown.complete',
    });
  });

  test('are broken by one that is missing', () => {
    expect(claim.judge(timelineOf([1, start], [3, complete]))).toMatchObject({
      outcome: 'broken',
      expected: 'a line for shutdown.phase drain',
    });
  });

  test('have no order between the two streams', () => {
    const onStderr = says('shutdown.phase', { phase: 'drain' }, 'stderr');
    expect(claim.judge(timelineOf([1, onStderr], [2, start], [3, complete])).outcome).toBe('holds');
  });
});
