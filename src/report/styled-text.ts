import type { Paint } from './drawing-row.ts';

/** A piece of text that is painted in one way. A line feed in it ends the line. */
export interface Span {
  readonly text: string;
  readonly paint?: Paint;
}

/** A line as it is laid out: what is printed, and how many columns it takes, which escape sequences do not. */
export interface LaidLine {
  readonly text: string;
  readonly columns: number;
}

const unpainted: Paint = (text) => text;

/** Breaks spans at spaces into lines of at most `width` columns; a word that is wider than a line is broken. */
export function layOut(spans: readonly Span[], width: number): LaidLine[] {
  const lines: Span[][] = [[]];
  let used = 0;
  const breakLine = (): void => {
    lines.push([]);
    used = 0;
  };
  let space: Span | undefined;
  for (const word of wordsOf(spans)) {
    if (word === 'break') breakLine();
    else if (!Array.isArray(word)) space = word;
    else {
      const columns = columnsOf(word);
      if (used > 0 && space !== undefined && used + 1 + columns > width) breakLine();
      else if (used > 0 && space !== undefined) {
        lines.at(-1)?.push({ ...space, text: ' ' });
        used += 1;
      }
      for (const piece of word) {
        for (const character of piece.text) {
          if (used === width) breakLine();
          lines.at(-1)?.push({ ...piece, text: character });
          used += 1;
        }
      }
    }
    if (Array.isArray(word) || word === 'break') space = undefined;
  }
  return lines.map(painted);
}

const columnsOf = (spans: readonly Span[]): number =>
  spans.reduce((sum, { text }) => sum + [...text].length, 0);

/** Words, each in as many pieces as it has paints, the spaces between them, and the breaks that are wanted. */
function wordsOf(spans: readonly Span[]): (Span[] | Span | 'break')[] {
  const words: (Span[] | Span | 'break')[] = [];
  for (const span of spans) {
    for (const text of span.text.split(/(\n|[ \t]+)/)) {
      const last = words.at(-1);
      if (text === '') continue;
      if (text === '\n') words.push('break');
      else if (text.trim() === '') words.push({ ...span, text });
      else if (Array.isArray(last)) last.push({ ...span, text });
      else words.push([{ ...span, text }]);
    }
  }
  return words;
}

/** Neighbours of one paint are painted together. */
function painted(line: readonly Span[]): LaidLine {
  let text = '';
  let run = '';
  let paint = unpainted;
  for (const span of line) {
    const next = span.paint ?? unpainted;
    if (next !== paint) {
      text += run === '' ? '' : paint(run);
      run = '';
      paint = next;
    }
    run += span.text;
  }
  return { text: run === '' ? text : text + paint(run), columns: columnsOf(line) };
}

/** Fills a laid line with spaces up to `width`. */
export const padded = ({ text, columns }: LaidLine, width: number): string =>
  text + ' '.repeat(Math.max(0, width - columns));

/** Spans behind a head that takes `indent` columns: lines after the first begin under the first one's text. */
export function hang(
  head: string,
  spans: readonly Span[],
  { indent, width }: { indent: number; width: number },
): string[] {
  return layOut(spans, width - indent).map(({ text }, index) =>
    `${index === 0 ? head : ' '.repeat(indent)}${text}`.trimEnd(),
  );
}
