import { expect, test } from 'vitest';
import { resources } from '../../../src/grading/claims/resources.ts';
import type { Unstamped } from '../../../src/timeline/events.ts';
import { answers, misses, timelineOf } from '../../timeline-by-hand.ts';

const claim = resources.followTheSockets({ sockets: 'socket', perSocket: 3 });
const total = (name: string, value: unknown) =>
  answers(name, 200, JSON.stringify({ resources: { total: value } }));
const open: Unstamped = { kind: 'connection', name: 'socket', state: 'open' };

const judge = (before: unknown, withThem: unknown, closed: unknown) =>
  claim.judge(
    timelineOf(
      [1, total('before 1', before)],
      ...Array.from({ length: 10 }, () => [2, open] as const),
      [3, total('open 1', 0)],
      [4, total('open 2', withThem)],
      [5, total('closed 1', closed)],
    ),
  );

test('holds where the total rises by the sockets and falls again', () =>
  expect(judge(4, 14, 4).outcome).toBe('holds'));
test('a socket may count as three', () => expect(judge(4, 34, 5).outcome).toBe('holds'));
test('is broken where it rises by less', () =>
  expect(judge(4, 13, 4)).toMatchObject({
    outcome: 'broken',
    seen: '4 before, 13 with the sockets open, 4 after',
  }));
test('is broken where it rises by far more', () => expect(judge(4, 60, 4).outcome).toBe('broken'));
test('is broken where it does not fall', () => expect(judge(4, 14, 14).outcome).toBe('broken'));
test('is broken where there is no total', () =>
  expect(judge(undefined, undefined, undefined).outcome).toBe('broken'));
test('is moot where a report is missing', () =>
  expect(claim.judge(timelineOf([1, misses('ready')])).outcome).toBe('moot'));
