import { stripVTControlCharacters } from 'node:util';
import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { captionOf } from '../../src/report/fence-caption.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { listSource } from '../../src/report/source-code.ts';
import { layOut } from '../../src/report/styled-text.ts';

const plain = (width = 80) => ({ color: new Chalk({ level: 0 }), width });
const coloured = (width = 80) => ({ color: new Chalk({ level: 1 }), width });
const rendered = (...lines: string[]): string => renderMarkdown(lines.join('\n'), plain());

describe('captionOf', () => {
  test.each([
    ['js run', 'a program'],
    ['cjs run ends=1', 'a CommonJS program, ends with exit code 1'],
    ['js run ends=SIGTERM signal=SIGTERM@ready', 'a program, ends with SIGTERM, gets SIGTERM after "ready"'],
    ['js run signal=SIGTERM@a,SIGINT@b', 'a program, gets SIGTERM after "a", gets SIGINT after "b"'],
    ['js run flags=--a,--b since=22', 'a program, started with --a --b, Node 22 and newer'],
    ['js file=app.mjs', 'the file app.mjs'],
    ['sh run', 'a session in the shell'],
    ['js fragment', 'a fragment'],
    ['text prints', 'prints'],
    ['text complains', 'prints on stderr'],
    ['js', ''],
    ['', ''],
  ])('says "%s" as "%s"', (fence, caption) => expect(captionOf(fence)).toBe(caption));
});

describe('layOut', () => {
  test('breaks at spaces, keeps words of several paints whole, and breaks what is wider than a line', () => {
    const lines = layOut(
      [{ text: 'one two' }, { text: '-three', paint: (text) => text }, { text: ' four 123456789012' }],
      10,
    );
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two-three', 'four', '1234567890', '12']);
  });
});

describe('renderMarkdown', () => {
  test('draws a table that is too wide in the columns that there are, with all of its words', () => {
    const words = 'a cell with many words that goes on and on until no terminal could hold it in a line';
    const text = rendered('| One | Two | Three |', '| --- | --- | --- |', `| x | ${words} | ${words} |`);
    const lines = text.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    for (const word of new Set(words.split(' '))) expect(text).toContain(word);
  });

  test('breaks no word of a table as long as each column can hold its longest', () => {
    const text = rendered(
      '| The process ends because | Code | Output still in the pipe |',
      '| --- | --- | --- |',
      '| `process.exit(aVeryLongNameOfACode)` | the code of it, or what stood there before | may be lost in the pipe |',
    );
    expect(text).toContain('`process.exit(aVeryLongNameOfACode)`');
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('breaks code where it is too long and marks what goes on, at no other place', () => {
    const text = rendered('```js', `const list = [${'1111, '.repeat(20)}];`, 'short();', '```');
    expect(text.split('\n').filter((line) => line.includes('↳')).length).toBe(1);
    expect(text.replaceAll(/\n {4}↳ /g, ' ')).toContain(`${'1111, '.repeat(20)}];`);
    expect(text).toMatch(/^ {4}short\(\);$/m);
  });

  test('shows where a link to the web leads, and only the words of one within the course', () => {
    expect(rendered('[Node](https://nodejs.org) and [guide](../02/guide.md#x)')).toBe(
      'Node (https://nodejs.org) and guide',
    );
  });

  test('marks code by its colour where there is one, and by its marks where there is none', () => {
    expect(rendered('use `exit` & <b>go</b>')).toBe('use `exit` & go');
    const text = renderMarkdown('use `exit`', coloured());
    expect(text).toContain('\x1b[33mexit\x1b[39m');
  });

  test('numbers and indents lists, and blocks within them', () => {
    expect(rendered('3. one', '4. two', '   - deep').split('\n')).toEqual(['3. one', '4. two', '   - deep']);
  });

  test('says the same with colour as without', () => {
    const markdown =
      '# A\n\ntext **bold** *em* [x](https://a.b)\n\n## B\n\n> q\n\n```js run\nf(1, "2"); // c\n```\n';
    expect(stripVTControlCharacters(renderMarkdown(markdown, coloured()))).toBe(
      renderMarkdown(markdown, plain()),
    );
  });
});

describe('listSource', () => {
  test('numbers the lines, also those within a template or a comment of several lines', () => {
    const source = 'const a = `x\ny`;\n/* one\ntwo */\n';
    const lines = listSource(source, coloured()).map(stripVTControlCharacters);
    expect(lines).toEqual(['1 │ const a = `x', '2 │ y`;', '3 │ /* one', '4 │ two */']);
  });

  test('gives no control character of a program to the terminal', () => {
    expect(listSource('const a = "\x1b[2J";', plain())).toEqual(['1 │ const a = "\\x1b[2J";']);
  });
});
