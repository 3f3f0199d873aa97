import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { drawSideBySide } from '../../src/report/side-by-side.ts';
import { ends, prints, signal, started, timelineOf } from '../timeline-by-hand.ts';

const left = {
  title: 'wrong.js',
  timeline: timelineOf(
    [5, started()],
    [40, prints('ready')],
    [41, signal('SIGTERM')],
    [44, ends(null, 'SIGTERM')],
  ),
};
const right = {
  title: 'right.js',
  timeline: timelineOf(
    [5, started({ LIMIT_MS: '300' })],
    [40, prints('ready')],
    [42, prints('one more line that is a good deal longer than a column of this drawing')],
    [43, signal('SIGTERM')],
    [90, prints('\x1b[31mbye', 'stderr')],
    [1_200, ends(0)],
  ),
};
const draw = (width: number, level: 0 | 1 = 0): string[] =>
  drawSideBySide(left, right, { width, color: new Chalk({ level }) });

describe('two timelines side by side', () => {
  test('stand in two columns, what we did to both in one row, the ends in one row', () => {
    const lines = draw(80);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(80);
    expect(lines[0]).toMatch(/^wrong\.js {30,32}│ right\.js$/);
    expect(lines.filter((line) => line.match(/sent SIGTERM.* │ .*sent SIGTERM/))).toHaveLength(1);
    expect(lines.at(-2)).toMatch(
      /^The program was killed by SIGTERM, at 4? *│ The program ended with exit code 0, at/,
    );
    expect(lines.map((line) => line.slice(0, 38)).filter((line) => line.includes('ready'))).toHaveLength(1);
  });

  test('lose no word of a long line, which has its stream before each of its parts', () => {
    const column = draw(80).map((line) => line.slice(41));
    const parts = column.filter((line) => /out │/.test(line));
    expect(parts.map((line) => line.split('│ ')[1]).join(' ')).toContain(
      'one more line that is a good deal longer',
    );
    expect(parts.length).toBeGreaterThan(3);
  });

  test('come one after the other where the page is narrow', () => {
    const lines = draw(60);
    expect(lines.indexOf('right.js')).toBeGreaterThan(lines.indexOf('wrong.js'));
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(60);
    expect(draw(72)[0]).toContain('│');
  });

  test('show what a program wrote and do not obey it', () => {
    const text = draw(80).join('\n');
    expect(text).toContain('\\x1b[31mbye');
    expect(text).not.toContain('\x1b');
  });

  test('say the same with colour as without', () => {
    expect(draw(100, 1).map(stripVTControlCharacters)).toEqual(draw(100));
  });
});
