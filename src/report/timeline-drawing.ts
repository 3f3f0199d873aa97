import type { ChalkInstance } from 'chalk';
import type { Timeline } from '../timeline/events.ts';
import { type Paint, Row } from './drawing-row.ts';
import { escapeControls } from './escape.ts';
import { type Bar, type Lane, lanesOf, type Mark, type Tone } from './lanes.ts';

// A name at the left, and a word at its moment; more where the terminal is wide.
const narrow = { longestName: 12, longestMark: 26 };
const wide = { longestName: 20, longestMark: 44 };
const wideFrom = 100;
const mostRowsOfMarks = 10;
const mostLanes: Record<Lane['kind'], number> = { program: 6, process: 8, phases: 6, request: 8, we: 1 };

interface Style {
  readonly paint: (tone: Tone) => Paint;
  readonly longestMark: number;
}

/** Where the time axis lies: so many columns for so many milliseconds. */
interface Scale {
  readonly columns: number;
  readonly endMs: number;
  columnOf(atMs: number): number;
}

export interface Drawing {
  readonly width: number;
  readonly color: ChalkInstance;
  /** How far the time axis reaches at least, so that two pictures can be compared. */
  readonly untilMs?: number;
}

/** Draws what was seen as lanes over one time axis, in lines of at most `width` columns. */
export function drawTimeline(timeline: Timeline, { width, color, untilMs = 0 }: Drawing): string[] {
  if (timeline.events.length === 0) return [];
  const { longestName, longestMark } = width >= wideFrom ? wide : narrow;
  const gutter = longestName + 2;
  const { lanes, endMs } = lanesOf(timeline);
  const scale = scaleFor(Math.max(endMs, untilMs), width - gutter);
  const style: Style = { paint: paintFor(color), longestMark };
  const { shown, left } = fewLanes(lanes);
  const body = shown.flatMap((lane, index) => {
    const rows = rowsOf(lane, scale, style).map(
      (row, place) => `${(place === 0 ? plain(lane.name, longestName) : '').padEnd(gutter)}${row.text()}`,
    );
    const more = shown[index + 1]?.kind === lane.kind ? undefined : left[lane.kind];
    return more === undefined ? rows : [...rows, `and ${more} more`];
  });
  return [...axis(scale).map((row) => `${''.padEnd(gutter)}${row.text()}`), ...body].map((line) =>
    line.trimEnd(),
  );
}

const paintFor =
  (color: ChalkInstance) =>
  (tone: Tone): Paint =>
    ({
      good: color.green,
      bad: color.red,
      notice: color.yellow,
      said: color.cyan,
      message: color.magenta,
      connection: color.blue,
      phase: color.blueBright,
      wait: color.red,
    })[tone];

function scaleFor(endMs: number, columns: number): Scale {
  return { columns, endMs, columnOf: (atMs) => Math.round((Math.max(0, atMs) / endMs) * (columns - 1)) };
}

/** Ticks at round numbers, no nearer to each other than their labels need. */
function axis({ columns, endMs, columnOf }: Scale): Row[] {
  const [labels, line] = [new Row(columns), new Row(columns)];
  line.fill(0, columns - 1, '─');
  const stepMs = roundStep(endMs / Math.max(1, Math.floor(columns / 12)));
  for (let atMs = 0; atMs <= endMs; atMs += stepMs) {
    const label = atMs === 0 ? '0' : `${atMs} ms`;
    const column = columnOf(atMs);
    line.write(column, '┬');
    if (column + label.length <= columns) labels.write(column, label);
  }
  return [labels, line];
}

/** The smallest of 1, 2, 5, 10, 20, ... that is not below `atLeast`. */
function roundStep(atLeast: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, atLeast)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step >= atLeast) ?? 10 * power;
}

function rowsOf({ bars, marks, kind }: Lane, scale: Scale, { paint, longestMark }: Style): Row[] {
  const stroke = kind === 'program' || kind === 'process' ? '━' : kind === 'we' ? '╌' : '─';
  return [
    ...(bars.length === 0 ? [] : [barRow(bars, scale, { stroke, paint, longestMark })]),
    ...markRows(marks, scale, { paint, longestMark }),
  ];
}

/** Few enough to fit on a screen beside the words; what is left out is counted. */
function fewLanes(lanes: readonly Lane[]): { shown: Lane[]; left: Partial<Record<Lane['kind'], number>> } {
  const counts: Partial<Record<Lane['kind'], number>> = {};
  const shown = lanes.filter(({ kind }) => {
    counts[kind] = (counts[kind] ?? 0) + 1;
    return counts[kind] <= mostLanes[kind];
  });
  const left = Object.entries(counts).map(([kind, count]) => [kind, count - mostLanes[kind as Lane['kind']]]);
  return { shown, left: Object.fromEntries(left.filter(([, count]) => Number(count) > 0)) };
}

function barRow(
  bars: readonly Bar[],
  scale: Scale,
  { stroke, paint: paintOf, longestMark }: Style & { stroke: string },
): Row {
  const row = new Row(scale.columns);
  bars.forEach(({ startMs, endMs, text, tone }, index) => {
    const paint = paintOf(tone);
    const from = scale.columnOf(startMs);
    const to = scale.columnOf(endMs ?? scale.endMs);
    const nextBegins = bars[index + 1];
    const room = (nextBegins === undefined ? scale.columns : scale.columnOf(nextBegins.startMs)) - to - 1;
    row.fill(from, to, stroke, paint);
    row.write(from, '├', paint);
    row.write(to, endMs === undefined ? '╌' : '┤', paint);
    const sign = plain(text, longestMark);
    if (sign.length < room) row.write(to + 2, sign, paint);
    // Where there is no room behind the bar, it is told on it.
    else if (sign.length + 4 <= to - from) row.write(to - sign.length - 2, ` ${sign} `, paint);
  });
  return row;
}

/** Each word begins, or ends, at its moment; words that would meet are put one below the other. */
function markRows(marks: readonly Mark[], scale: Scale, { paint: paintOf, longestMark }: Style): Row[] {
  const rows: Row[] = [];
  let dropped = 0;
  for (const { atMs, text, tone } of marks) {
    const paint = paintOf(tone);
    const word = plain(text, longestMark);
    const column = scale.columnOf(atMs);
    const fits = column + 1 + word.length <= scale.columns;
    const from = fits ? column : column - word.length;
    let row = rows.find((candidate) => candidate.isFree(from - 1, from + word.length + 1));
    if (row === undefined && rows.length < mostRowsOfMarks) {
      row = new Row(scale.columns);
      rows.push(row);
    }
    if (row === undefined) dropped += 1;
    else row.write(from, fits ? `╵${word}` : `${word}╵`, paint);
  }
  if (dropped > 0) {
    const note = new Row(scale.columns);
    note.write(0, `and ${dropped} more`);
    rows.push(note);
  }
  return rows;
}

/** Shortened, escaped, and with one column for each character: a drawing is laid out in columns. */
function plain(text: string, longest: number): string {
  const safe = escapeControls(text).replace(/[^\u0020-\u024f]/gu, '?');
  return safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe;
}
