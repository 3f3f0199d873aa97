import { describe, expect, test } from 'vitest';
import { wrap } from '../../src/report/columns.ts';

describe('wrap', () => {
  test('breaks at spaces, and begins later lines with the indent', () => {
    expect(wrap('one two three four five six', 24, '    ')).toBe('one two three four\n    five six');
  });

  test('leaves text alone that fits exactly', () =>
    expect(wrap('x'.repeat(20), 24, '    ')).toBe('x'.repeat(20)));

  test('breaks a word that is wider than a line', () => {
    expect(wrap('x'.repeat(45), 20, '')).toBe(['x'.repeat(20), 'x'.repeat(20), 'x'.repeat(5)].join('\n'));
    expect(wrap(`a ${'x'.repeat(25)} b`, 20, '')).toBe(`a\n${'x'.repeat(20)}\nxxxxx b`);
  });

  test('keeps line ends and the indentation of a line', () => {
    expect(wrap('const a = ;\n          ^', 40, '  ')).toBe('const a = ;\n            ^');
  });

  test('keeps an empty text and empty lines', () => {
    expect(wrap('', 40, '  ')).toBe('');
    expect(wrap('a\n\nb', 40, '')).toBe('a\n\nb');
  });

  test('has room for twenty columns, however narrow the page is', () => {
    expect(wrap('one two three four five', 3, '  ')).toBe('one two three four\n  five');
  });

  test('no line is wider than the page, and no word is lost', () => {
    const words = Array.from({ length: 200 }, (_, index) => 'x'.repeat((index * 7) % 13 || 1));
    const wrapped = wrap(words.join(' '), 60, '   ');
    for (const line of wrapped.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(wrapped.split(/\s+/)).toEqual(words);
  });

  test('a pair of halves that make one character is not broken', () => {
    for (const line of wrap('😀'.repeat(31), 21, '').split('\n')) expect(line).toMatch(/^(?:😀)+$/u);
  });
});
