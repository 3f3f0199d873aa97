import { describe, expect, test } from 'vitest';
import { eventLines, parseEventLine } from '../../src/timeline/event-line.ts';
import type { Line } from '../../src/timeline/events.ts';
import { prints, says, timelineOf } from '../timeline-by-hand.ts';

const line = (text: string, more: Partial<Line> = {}): Line => ({
  kind: 'line',
  atMs: 0,
  app: 'app',
  stream: 'stdout',
  text,
  ...more,
});

describe('parseEventLine', () => {
  test('reads a JSON object with an event of text', () => {
    const seen = line('{"event":"ready","port":80}');
    expect(parseEventLine(seen)).toEqual({
      event: 'ready',
      fields: { event: 'ready', port: 80 },
      line: seen,
    });
  });

  test('reads it again as the same', () => {
    const seen = line('{"event":"ready"}');
    expect(parseEventLine(seen)).toBe(parseEventLine(seen));
  });

  test('does not mind white space around it, or who prints it where', () => {
    expect(parseEventLine(line('  {"event":"a"} \t'))?.event).toBe('a');
    expect(parseEventLine(line('{"event":"a"}', { stream: 'stderr', app: 'other' }))?.event).toBe('a');
  });

  test.each([
    ['free text', 'ready on port 80'],
    ['nothing', ''],
    ['JSON that is no object', '"ready"'],
    ['a list', '[{"event":"ready"}]'],
    ['null', 'null'],
    ['an object without an event', '{"port":80}'],
    ['an event that is no text', '{"event":1}'],
    ['an event of null', '{"event":null}'],
    ['broken JSON', '{"event":"ready"'],
    ['JSON with text before it', 'log: {"event":"ready"}'],
    ['two objects', '{"event":"a"}{"event":"b"}'],
  ])('takes %s for free text', (_, text) => expect(parseEventLine(line(text))).toBeUndefined());

  test('takes a line that was cut for free text, even where what is left would be whole', () => {
    expect(parseEventLine(line('{"event":"ready"}', { cut: true }))).toBeUndefined();
  });

  test('a field named __proto__ is a field and nothing else', () => {
    const fields = parseEventLine(line('{"event":"a","__proto__":{"port":1}}'))?.fields;
    expect(Object.keys(fields ?? {})).toEqual(['event', '__proto__']);
    expect(fields?.port).toBeUndefined();
  });
});

describe('eventLines', () => {
  const timeline = timelineOf(
    [1, says('ready')],
    [2, prints('some text')],
    [3, { ...says('ready'), app: 'other' } as ReturnType<typeof says>],
    [4, says('done', {}, 'stderr')],
  );
  test('are all event lines of all programs in order', () => {
    expect(eventLines(timeline).map(({ event }) => event)).toEqual(['ready', 'ready', 'done']);
  });
  test('can be narrowed down to an event and a program', () => {
    expect(eventLines(timeline, { event: 'ready' }).map(({ line: { atMs } }) => atMs)).toEqual([1, 3]);
    expect(eventLines(timeline, { app: 'app' }).map(({ line: { atMs } }) => atMs)).toEqual([1, 4]);
    expect(eventLines(timeline, { event: 'ready', app: 'other' })).toHaveLength(1);
  });
});
