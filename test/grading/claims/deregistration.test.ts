import { describe, expect, test } from 'vitest';
import { newRequests } from '../../../src/grading/claims/deregistration.ts';
import { OverTooSoon } from '../../../src/stage/milestone.ts';
import { answers, asks, ends, fails, signal, started, timelineOf } from '../../timeline-by-hand.ts';

const start = started({ DEREGISTER_MS: '800' });
const term = signal('SIGTERM');

describe('newRequests.areServedFor', () => {
  const claim = newRequests('newcomer').areServedFor('DEREGISTER_MS');

  test('holds where all within the time are answered', () =>
    expect(
      claim.judge(
        timelineOf([0, start], [100, term], [200, answers('newcomer 1')], [890, answers('newcomer 2')]),
      ).outcome,
    ).toBe('holds'));
  test('is broken by a refusal', () =>
    expect(
      claim.judge(timelineOf([0, start], [100, term], [200, fails('newcomer 1', 'ECONNREFUSED')])),
    ).toMatchObject({
      outcome: 'broken',
      seen: 'the request failed with ECONNREFUSED',
    }));
  test('is broken by 503', () =>
    expect(claim.judge(timelineOf([0, start], [100, term], [200, answers('newcomer 1', 503)])).outcome).toBe(
      'broken',
    ));
  test('is broken by an end before the time', () =>
    expect(
      claim.judge(timelineOf([0, start], [100, term], [110, answers('newcomer 1')], [400, ends(0)])),
    ).toMatchObject({
      outcome: 'broken',
      evidence: [3],
    }));
  test('says nothing about what is seen after the time', () =>
    expect(
      claim.judge(
        timelineOf(
          [0, start],
          [100, term],
          [200, answers('newcomer 1')],
          [901, fails('newcomer 2', 'ECONNREFUSED')],
          [905, ends(0)],
        ),
      ).outcome,
    ).toBe('holds'));
  test('is moot where nothing came to an end', () =>
    expect(claim.judge(timelineOf([0, start], [100, term])).outcome).toBe('moot'));
  test('asks for another play where the program went in order before anything was seen', () =>
    expect(() => claim.judge(timelineOf([0, start], [100, term], [950, ends(0)]))).toThrow(OverTooSoon));
});

describe('newRequests.turnTo', () => {
  const within = newRequests('probe').turnTo(503, { setting: 'DEREGISTER_MS' });
  const open = newRequests('probe').turnTo(503, { orClosed: true });

  test('holds where it turned within the time', () =>
    expect(
      within.judge(
        timelineOf([0, start], [100, term], [150, answers('probe 1')], [300, answers('probe 2', 503)]),
      ).outcome,
    ).toBe('holds'));
  test('is broken on time alone where it did not', () =>
    expect(within.judge(timelineOf([0, start], [100, term], [150, answers('probe 1')]))).toMatchObject({
      outcome: 'broken',
      seen: 'status 200',
      onTimeAlone: true,
    }));
  test('a closed connection is as good only where that is said', () => {
    const timeline = timelineOf([0, start], [100, term], [150, fails('probe 1', 'ECONNRESET')]);
    expect(open.judge(timeline).outcome).toBe('holds');
    expect(within.judge(timeline).outcome).toBe('broken');
  });
  test('a request that we gave up says nothing', () =>
    expect(open.judge(timelineOf([0, start], [100, term], [150, fails('probe 1', 'GIVEN_UP')])).outcome).toBe(
      'moot',
    ));
  test('a connection that is closed after the last answer says nothing', () => {
    const claim = newRequests('probe').turnTo(503, { whileOpen: 'slow', orClosed: true });
    const timeline = timelineOf(
      [0, start],
      [100, term],
      [150, answers('probe 1')],
      [500, answers('slow')],
      [501, fails('probe 2', 'ECONNRESET')],
    );
    expect(claim.judge(timeline)).toMatchObject({ outcome: 'broken', evidence: [2] });
  });
  test('a connection that is closed when the answer is due says nothing, though it is seen before the answer', () => {
    const claim = newRequests('probe').turnTo(503, { whileOpen: 'slow', orClosed: true });
    const timeline = timelineOf(
      [0, start],
      [50, asks('slow', '/slow?ms=400')],
      [100, term],
      [150, answers('probe 1')],
      [460, fails('probe 2', 'ECONNRESET')],
      [461, answers('slow')],
    );
    expect(claim.judge(timeline)).toMatchObject({ outcome: 'broken', evidence: [3] });
  });
  test('a connection that is closed together with what was in flight is closed', () => {
    const claim = newRequests('probe').turnTo(503, { whileOpen: 'slow', orClosed: true });
    const timeline = timelineOf(
      [0, start],
      [100, term],
      [150, answers('probe 1')],
      [160, fails('slow', 'ECONNRESET')],
      [161, fails('probe 2', 'ECONNRESET')],
    );
    expect(claim.judge(timeline).outcome).toBe('holds');
  });
  test('asks for another play where what was in flight was answered before anything was seen', () => {
    const claim = newRequests('probe').turnTo(503, { whileOpen: 'slow', orClosed: true });
    expect(() => claim.judge(timelineOf([0, start], [100, term], [500, answers('slow')]))).toThrow(
      OverTooSoon,
    );
  });
  test('what was answered before the signal does not count', () =>
    expect(open.judge(timelineOf([0, start], [50, answers('probe 1', 503)], [100, term])).outcome).toBe(
      'moot',
    ));
});
