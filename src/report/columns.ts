/**
 * Breaks text at spaces so that no line is wider than `width`; lines after the first begin with `indent`, and the
 * first is taken to begin after as many columns. A word that is wider than a line is broken.
 */
export function wrap(text: string, width: number, indent: string): string {
  const room = Math.max(20, width - indent.length);
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, room))
    .join(`\n${indent}`);
}

function wrapLine(text: string, room: number): string[] {
  const lines: string[] = [];
  // A line's own indentation stays, as in a line of code with a mark under it.
  let line = /^ */.exec(text)?.[0] ?? '';
  let empty = true;
  for (const word of text.trimStart().split(' ')) {
    let rest = empty ? `${line}${word}` : `${line} ${word}`;
    if (rest.length > room && !empty) {
      lines.push(line);
      rest = word;
    }
    while (rest.length > room) {
      const end = endOfPart(rest, room);
      lines.push(rest.slice(0, end));
      rest = rest.slice(end);
    }
    line = rest;
    empty = false;
  }
  return [...lines, line];
}

/** A character of two halves stays whole. */
const endOfPart = (text: string, room: number): number =>
  isSecondHalf(text.charCodeAt(room)) ? room - 1 : room;

const isSecondHalf = (code: number): boolean => code >= 0xdc00 && code <= 0xdfff;
