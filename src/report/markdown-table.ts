import type { ChalkInstance } from 'chalk';
import { layOut, padded, type Span } from './styled-text.ts';

const between = '  ';
// Below this a column only breaks words.
const narrowest = 6;

/** A table in at most `width` columns: where it does not fit, the widest columns are narrowed and their cells broken. */
export function drawTable(
  header: readonly (readonly Span[])[],
  rows: readonly (readonly (readonly Span[])[])[],
  { color, width }: { color: ChalkInstance; width: number },
): string[] {
  const all = [header, ...rows];
  const widthsBy = (measure: (cell: readonly Span[]) => number): number[] =>
    header.map((_, column) => Math.max(1, ...all.map((row) => measure(row[column] ?? []))));
  const room = width - between.length * (header.length - 1);
  const widths = fitted(widthsBy(naturalWidth), widthsBy(longestWord), room);
  const drawn = all.map((row) => drawRow(row, widths));
  const rule = (stroke: string): string =>
    color.dim(widths.map((columns) => stroke.repeat(columns)).join(between));
  const isLoose = drawn.slice(1).some((lines) => lines.length > 1);
  const [head = [], ...body] = drawn;
  return [
    ...head.map((line) => color.bold(line)),
    rule('─'),
    ...body.flatMap((lines, index) => (isLoose && index > 0 ? [rule('·'), ...lines] : lines)),
  ];
}

const naturalWidth = (cell: readonly Span[]): number =>
  Math.max(0, ...layOut(cell, Number.POSITIVE_INFINITY).map(({ columns }) => columns));

const longestWord = (cell: readonly Span[]): number =>
  Math.max(
    0,
    ...cell
      .map(({ text }) => text)
      .join('')
      .split(/\s+/)
      .map((word) => [...word].length),
  );

/** Narrows the widest column that still has all its words whole; breaks words only where no other way is left. */
function fitted(natural: readonly number[], whole: readonly number[], room: number): number[] {
  const widths = [...natural];
  const narrow = (least: (column: number) => number): boolean => {
    const slack = widths.map((columns, column) => (columns > least(column) ? columns : 0));
    const widest = Math.max(...slack);
    if (widest > 0) widths[slack.lastIndexOf(widest)] = widest - 1;
    return widest > 0;
  };
  const isTooWide = (): boolean => widths.reduce((sum, columns) => sum + columns, 0) > room;
  while (isTooWide() && narrow((column) => whole[column] ?? 0));
  while (isTooWide() && narrow(() => narrowest));
  return widths;
}

function drawRow(cells: readonly (readonly Span[])[], widths: readonly number[]): string[] {
  const laid = widths.map((columns, index) => layOut(cells[index] ?? [], columns));
  const height = Math.max(1, ...laid.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    laid
      .map((lines, index) => padded(lines[line] ?? { text: '', columns: 0 }, widths[index] ?? 0))
      .join(between)
      .trimEnd(),
  );
}
