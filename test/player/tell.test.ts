import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { tellEvent } from '../../src/player/tell.ts';
import type { Unstamped } from '../../src/timeline/events.ts';
import { prints, signal, timelineOf } from '../timeline-by-hand.ts';

const width = 60;

const told = (unstamped: Unstamped): string[] => {
  const lines: string[] = [];
  const [event] = timelineOf([12, unstamped]).events;
  const voice = { color: new Chalk({ level: 0 }), width, out: (line = '') => void lines.push(line) };
  if (event !== undefined) tellEvent(event, voice);
  return lines;
};

describe('an event that is told', () => {
  test('has its time, and the stream of what the program printed', () => {
    expect(told(prints('hello'))).toEqual(['    12 ms stdout │ hello']);
    expect(told(prints('hello', 'stderr'))).toEqual(['    12 ms stderr │ hello']);
    expect(told(signal('SIGTERM'))).toEqual(['    12 ms        ▸ sent SIGTERM']);
  });

  test('names the program where it is not the only one', () => {
    expect(told({ ...prints('hello'), app: 'next' } as Unstamped)).toEqual(['    12 ms next stdout │ hello']);
  });

  test('keeps the spaces of the program', () => {
    expect(told(prints('   ^  '))).toEqual(['    12 ms stdout │    ^  ']);
  });

  test.each([
    ['a long line', `${'x'.repeat(42)}    12 ms        ▸ sent SIGTERM`],
    ['a line of wide characters', `${'漢'.repeat(60)}✔  the program ends with exit code 0`],
    ['a line with a line end in it', 'x\r\n✔  the program ends with exit code 0'],
    ['a line that moves the cursor', '\u001b[1A\u001b[2K✔  the program ends with exit code 0'],
  ])('never lets %s pass for ours', (_what, text) => {
    const lines = told(prints(text));
    for (const line of lines) {
      expect(line).toMatch(/^.{9} stdout │ /);
      expect(line).not.toMatch(/[\u0000-\u001f]/);
      const columns = [...line].reduce((sum, letter) => sum + (letter === '漢' ? 2 : 1), 0);
      expect(columns).toBeLessThanOrEqual(width);
    }
  });
});
