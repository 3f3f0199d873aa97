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
  const widths = fitted(
    header.map((_, column) => Math.max(1, ...all.map((row) => naturalWidth(row[column] ?? [])))),
    width - between.length * (header.length - 1),
  );
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

function fitted(natural: readonly number[], room: number): number[] {
  const widths = [...natural];
  const sum = (): number => widths.reduce((total, columns) => total + columns, 0);
  while (sum() > room) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.lastIndexOf(widest)] = widest - 1;
  }
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
