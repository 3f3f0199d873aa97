import { describe, expect, test } from 'vitest';
import { escapeControls } from '../../src/report/escape.ts';

describe('text of a program', () => {
  test.each([
    ['an escape sequence', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a title of the terminal', '\u001b]0;title\u0007', '\\x1b]0;title\\x07'],
    ['a C1 control', '\u009b2J', '\\x9b2J'],
    ['a CR, which would write over our line', 'ok\rPassed', 'ok\\x0dPassed'],
    ['a line end', 'a\nb', 'a\\x0ab'],
    ['a backspace and DEL', 'a\b\u007f', 'a\\x08\\x7f'],
    ['NUL', '\0', '\\x00'],
    ['a change of direction', 'a\u202eb\u202c', 'a\\u{202e}b\\u{202c}'],
    ['an isolate', '\u2066a\u2069', '\\u{2066}a\\u{2069}'],
    ['marks of direction', '\u200e\u200f\u061c', '\\u{200e}\\u{200f}\\u{61c}'],
    ['zero width', 'a\u200bb\u200d\ufeff', 'a\\u{200b}b\\u{200d}\\u{feff}'],
    ['a soft hyphen', 'a\u00adb', 'a\\xadb'],
    ['separators of lines and paragraphs', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['tag characters', '\u{e0041}', '\\u{e0041}'],
    ['a lone first half', 'a\ud83d', 'a\\u{d83d}'],
    ['a lone second half', '\ude00a', '\\u{de00}a'],
    ['two second halves after a pair', '😀\ude00', '😀\\u{de00}'],
  ])('%s is spelled out', (_, text, shown) => expect(escapeControls(text)).toBe(shown));

  test('a tab becomes two spaces', () => expect(escapeControls('a\tb')).toBe('a  b'));

  test.each(['', 'plain text', 'é ü 漢字 😀', 'a\\x1b', '│ ▸ ✔', 'क्षि', '👨‍👩'.replace('\u200d', '')])(
    'the harmless stays as it is: %s',
    (text) => expect(escapeControls(text)).toBe(text),
  );

  test('what is escaped stays as it is when it is escaped again', () => {
    const once = escapeControls('\u001b[31m\u202e\t\ud83d');
    expect(escapeControls(once)).toBe(once);
  });
});
