import type { ChalkInstance } from 'chalk';
import jsTokens, { type Token } from 'js-tokens';
import type { Paint } from './drawing-row.ts';
import { escapeControls } from './escape.ts';
import type { Page } from './human.ts';
import type { Span } from './styled-text.ts';

const keywords = new Set(
  `as async await break case catch class const continue debugger default delete do else export extends false finally
  for from function if import in instanceof let new null of return static super switch this throw true try typeof
  undefined using var void while with yield`.split(/\s+/),
);
const scripts = new Set(['js', 'cjs', 'mjs', 'ts', 'json']);

/** Source code as lines of painted pieces; a language that is not known stays unpainted. */
export function paintCode(source: string, language: string, color: ChalkInstance): Span[][] {
  if (language === 'sh') return source.split('\n').map((line) => [shellLine(line, color)]);
  if (!scripts.has(language)) return source.split('\n').map((line) => [{ text: escapeControls(line) }]);
  const lines: Span[][] = [[]];
  for (const token of jsTokens(source)) {
    const paint = paintOf(token, color);
    for (const [index, text] of token.value.split(/\r?\n/).entries()) {
      if (index > 0) lines.push([]);
      if (text !== '') lines.at(-1)?.push({ text: escapeControls(text), ...(paint && { paint }) });
    }
  }
  return lines;
}

function paintOf({ type, value }: Token, color: ChalkInstance): Paint | undefined {
  if (/Comment$/.test(type)) return color.dim;
  if (type === 'StringLiteral' || /Template/.test(type)) return color.green;
  if (type === 'NumericLiteral' || type === 'RegularExpressionLiteral') return color.yellow;
  return type === 'IdentifierName' && keywords.has(value) ? color.magenta : undefined;
}

const shellLine = (line: string, color: ChalkInstance): Span => {
  const text = escapeControls(line);
  return /^\s*#/.test(text) ? { text, paint: color.dim } : { text };
};

/**
 * Breaks a line of code where the line is full, at a space where one is near, and marks what goes on: code has its
 * own line breaks, and a reader has to tell them from ours.
 */
export function breakCode(line: readonly Span[], width: number, color: ChalkInstance): string[] {
  const characters = line.flatMap(({ text, paint }) =>
    [...text].map((character) => ({ text: character, paint })),
  );
  const parts: { text: string; paint: Paint | undefined }[][] = [];
  let rest = characters;
  while (rest.length > room(parts.length, width)) {
    const full = room(parts.length, width);
    const space = rest.slice(0, full).findLastIndex(({ text }) => text === ' ');
    const end = space > full / 2 ? space + 1 : full;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...parts, rest].map((part, index) => {
    const text = joined(part).trimEnd();
    return index === 0 ? text : `${color.dim(goesOn)}${text}`;
  });
}

const goesOn = '↳ ';
const room = (part: number, width: number): number => (part === 0 ? width : width - goesOn.length);

function joined(part: readonly { text: string; paint: Paint | undefined }[]): string {
  let text = '';
  for (let at = 0; at < part.length; ) {
    const paint = part[at]?.paint;
    let end = at;
    while (end < part.length && part[end]?.paint === paint) end += 1;
    const run = part
      .slice(at, end)
      .map((piece) => piece.text)
      .join('');
    text += paint === undefined ? run : paint(run);
    at = end;
  }
  return text;
}

/** A program as a listing with line numbers, no line wider than the page. */
export function listSource(source: string, { color, width }: Page): string[] {
  const lines = paintCode(source.trimEnd(), 'js', color);
  const digits = String(lines.length).length;
  return lines.flatMap((line, index) =>
    breakCode(line, width - digits - 3, color).map((text, part) => {
      const number = part === 0 ? String(index + 1) : '';
      return `${color.dim(`${number.padStart(digits)} │`)} ${text}`.trimEnd();
    }),
  );
}
