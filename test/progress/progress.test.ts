import { describe, expect, test } from 'vitest';
import {
  noProgress,
  parseProgress,
  withAnswer,
  withPassed,
  withScenes,
} from '../../src/progress/progress.ts';

const pass = { passedAt: '2026-01-02T03:04:05.000Z', content: 'abc', stretch: ['sighup'] };

describe('progress', () => {
  test('with an exercise passed keeps the others, and changes nothing of what it was', () => {
    const before = withPassed(noProgress, 'exercise-1', pass);
    const after = withPassed(before, 'exercise-2', { ...pass, content: 'def' });
    expect(Object.keys(after.exercises)).toEqual(['exercise-1', 'exercise-2']);
    expect(Object.keys(before.exercises)).toEqual(['exercise-1']);
    expect(noProgress.exercises).toEqual({});
  });

  test('with an exercise passed again is that of the last time', () => {
    const twice = withPassed(withPassed(noProgress, 'exercise-1', pass), 'exercise-1', {
      ...pass,
      content: 'new',
    });
    expect(twice.exercises['exercise-1']?.content).toBe('new');
  });

  test('that was written is read again as it was', () => {
    const written = withPassed(noProgress, 'exercise-1', pass);
    expect(parseProgress(JSON.stringify(written))).toEqual(written);
  });

  test('remembers each scene once, and the last answer to each question', () => {
    const seen = withScenes(withScenes(noProgress, '01-signal-basics', ['a', 'b']), '01-signal-basics', [
      'b',
      'c',
    ]);
    expect(seen.scenes).toEqual({ '01-signal-basics': ['a', 'b', 'c'] });
    const wrong = withAnswer(seen, '01-x/q', { answeredAt: 'then', right: false });
    const right = withAnswer(wrong, '01-x/q', { answeredAt: 'now', right: true });
    expect(right.answers['01-x/q']?.right).toBe(true);
    expect(parseProgress(JSON.stringify(right))).toEqual(right);
  });

  test('of the first version reads as one in which nothing was seen and nothing answered', () => {
    const old = JSON.stringify({ schema: 1, exercises: { 'exercise-1': pass } });
    expect(parseProgress(old)).toEqual(withPassed(noProgress, 'exercise-1', pass));
  });

  test.each([
    ['nothing', ''],
    ['scenes that are no list', '{"schema":2,"exercises":{},"scenes":{"a":1},"answers":{}}'],
    ['an answer that is none', '{"schema":2,"exercises":{},"scenes":{},"answers":{"a":{"right":1}}}'],
    ['half a file', '{"schema":1,"exercises":{'],
    ['null', 'null'],
    ['a list', '[]'],
    ['another object', '{"a":1}'],
    ['an older schema than there was', '{"schema":0,"exercises":{}}'],
    ['no exercises', '{"schema":1}'],
    ['exercises of null', '{"schema":1,"exercises":null}'],
    ['an exercise that is none', '{"schema":1,"exercises":{"exercise-1":null}}'],
    [
      'an exercise without its content',
      '{"schema":1,"exercises":{"exercise-1":{"passedAt":"x","stretch":[]}}}',
    ],
  ])('is damaged where the file holds %s', (_, text) => expect(parseProgress(text)).toBe('damaged'));

  test('is newer where a later version has written it, whatever else it holds', () => {
    expect(parseProgress('{"schema":3}')).toBe('newer');
    expect(parseProgress('{"schema":17,"exercises":"elsewhere"}')).toBe('newer');
  });
});
