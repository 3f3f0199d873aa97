import { expect, test } from 'vitest';
import {
  connectionsNamed,
  endOf,
  eventsOf,
  missedMilestone,
  numericSetting,
  outcomeOf,
  requestNamed,
  signalsTo,
  startOf,
} from '../../src/timeline/questions.ts';
import { answers, asks, ends, fails, misses, signal, started, timelineOf } from '../timeline-by-hand.ts';

const timeline = timelineOf(
  [0, started({ LIMIT_MS: '500', NAME: 'x', EMPTY: '' })],
  [1, { ...started({ LIMIT_MS: '9' }), app: 'second' } as ReturnType<typeof started>],
  [2, asks('a', '/a')],
  [3, asks('b', '/b')],
  [4, asks('c', '/c')],
  [5, answers('a', 200, 'body')],
  [6, fails('b', 'ECONNRESET')],
  [7, answers('b', 200)],
  [8, { kind: 'connection', name: 'idle', state: 'open' }],
  [9, signal('SIGTERM')],
  [10, { ...signal('SIGINT'), app: 'second' } as ReturnType<typeof signal>],
  [11, { kind: 'connection', name: 'idle', state: 'closed' }],
  [12, misses('gone')],
  [13, misses('ready')],
  [14, { ...ends(1), app: 'second' } as ReturnType<typeof ends>],
);
const empty = timelineOf();

test('eventsOf gives all events of one kind in order', () => {
  expect(eventsOf(timeline, 'request').map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  expect(eventsOf(empty, 'request')).toEqual([]);
});

test('start, end and signals are told apart by program, and are those of the only one where none is named', () => {
  expect(startOf(timeline)?.atMs).toBe(0);
  expect(startOf(timeline, 'second')?.atMs).toBe(1);
  expect(endOf(timeline)).toBeUndefined();
  expect(endOf(timeline, 'second')?.code).toBe(1);
  expect(signalsTo(timeline).map((sent) => sent.signal)).toEqual(['SIGTERM']);
  expect(signalsTo(timeline, 'second').map((sent) => sent.signal)).toEqual(['SIGINT']);
});

test('the outcome of a request is the first that came of it, and none while it is under way', () => {
  expect(outcomeOf(timeline, 'a')).toMatchObject({ kind: 'answer', status: 200 });
  expect(outcomeOf(timeline, 'b')).toMatchObject({ kind: 'request-failed', code: 'ECONNRESET' });
  expect(outcomeOf(timeline, 'c')).toBeUndefined();
  expect(requestNamed(timeline, 'c')?.path).toBe('/c');
  expect(requestNamed(timeline, 'd')).toBeUndefined();
});

test('a connection is asked for by its name', () => {
  expect(connectionsNamed(timeline, 'idle').map(({ state }) => state)).toEqual(['open', 'closed']);
  expect(connectionsNamed(timeline, 'busy')).toEqual([]);
});

test('the missed milestone is the first one', () => {
  expect(missedMilestone(timeline)?.milestone).toBe('gone');
  expect(missedMilestone(empty)).toBeUndefined();
});

test('a numeric setting is that of the program that is named', () => {
  expect(numericSetting(timeline, 'LIMIT_MS')).toBe(500);
  expect(numericSetting(timeline, 'LIMIT_MS', 'second')).toBe(9);
  expect(numericSetting(timeline, 'NAME')).toBeNaN();
  expect(numericSetting(timeline, 'OTHER')).toBeUndefined();
  expect(numericSetting(empty, 'LIMIT_MS')).toBeUndefined();
});
