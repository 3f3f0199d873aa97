import { describe, expect, test } from 'vitest';
import { answer } from '../../../src/grading/claims/answers.ts';
import { newConnections } from '../../../src/grading/claims/connections.ts';
import { ready } from '../../../src/grading/claims/ready.ts';
import {
  answers,
  asks,
  ends,
  fails,
  misses,
  prints,
  says,
  started,
  timelineOf,
} from '../../timeline-by-hand.ts';

const asked = asks('slow', '/slow?ms=400&id=k7');

describe('answer', () => {
  test('hasStatus holds, and is broken by another status', () => {
    expect(
      answer('slow')
        .hasStatus(200)
        .judge(timelineOf([1, asked], [2, answers('slow')])).outcome,
    ).toBe('holds');
    expect(
      answer('slow')
        .hasStatus(200)
        .judge(timelineOf([1, asked], [2, answers('slow', 503)])),
    ).toMatchObject({ seen: 'status 503' });
  });

  test('a reset is broken at once, an answer that never came only on time', () => {
    expect(
      answer('slow')
        .hasStatus(200)
        .judge(timelineOf([1, asked], [2, fails('slow', 'ECONNRESET')])),
    ).not.toHaveProperty('onTimeAlone');
    expect(
      answer('slow')
        .hasStatus(200)
        .judge(timelineOf([1, asked], [2, fails('slow', 'GIVEN_UP')])),
    ).toMatchObject({ onTimeAlone: true });
  });

  test('is moot where the request was never sent', () => {
    expect(
      answer('slow')
        .hasStatus(200)
        .judge(timelineOf([1, misses('ready')])).outcome,
    ).toBe('moot');
  });

  test('holdsItsOwn compares with the value that was asked for', () => {
    const claim = answer('slow').holdsItsOwn('id');
    expect(
      claim.judge(timelineOf([1, asked], [2, answers('slow', 200, '{"rows":1,"id":"k7"}')])).outcome,
    ).toBe('holds');
    expect(claim.judge(timelineOf([1, asked], [2, answers('slow', 200, '{"id":"other"}')])).outcome).toBe(
      'broken',
    );
    expect(claim.judge(timelineOf([1, asked], [2, answers('slow', 200, '{"id":"k')])).outcome).toBe('broken');
  });

  test('hasHeader does not care about the case of the value', () => {
    const claim = answer('slow').hasHeader('connection', 'close');
    expect(
      claim.judge(timelineOf([1, asked], [2, answers('slow', 200, '', { connection: 'Close' })])).outcome,
    ).toBe('holds');
    expect(
      claim.judge(timelineOf([1, asked], [2, answers('slow', 200, '', { connection: 'keep-alive' })]))
        .outcome,
    ).toBe('broken');
  });
});

describe('newConnections.areRefusedWhile', () => {
  const claim = newConnections.areRefusedWhile('slow');
  const tried = (state: 'open' | 'refused') => ({ kind: 'connection', name: 'newcomer', state }) as const;
  test.each([
    ['a refused one', timelineOf([1, asked], [2, tried('refused')]), 'holds'],
    ['one that was let in', timelineOf([1, asked], [2, tried('open')]), 'broken'],
    [
      'none, because the request was cut off',
      timelineOf([1, asked], [2, fails('slow', 'ECONNRESET')]),
      'moot',
    ],
  ])('%s', (_, timeline, outcome) => expect(claim.judge(timeline).outcome).toBe(outcome));
});

describe('ready.namesThePortAskedFor', () => {
  const claim = ready.namesThePortAskedFor();
  const asking = started({ PORT: '4711' });
  test('holds for the port', () =>
    expect(claim.judge(timelineOf([0, asking], [1, says('ready', { port: 4711 })])).outcome).toBe('holds'));
  test('is broken by another', () =>
    expect(claim.judge(timelineOf([0, asking], [1, says('ready', { port: 3000 })])).outcome).toBe('broken'));
  test('shows what a program that dies at once had to say', () => {
    const timeline = timelineOf(
      [0, asking],
      [1, prints('SyntaxError: Unexpected token', 'stderr')],
      [2, misses('ready', false)],
      [3, ends(1)],
    );
    expect(claim.judge(timeline)).toMatchObject({
      outcome: 'broken',
      seen: expect.stringContaining('SyntaxError: Unexpected token'),
    });
  });
});
