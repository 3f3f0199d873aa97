import type { ChalkInstance } from 'chalk';
import { type EventLine, parseEventLine } from '../timeline/event-line.ts';
import type { Ended, Timeline, TimelineEvent } from '../timeline/events.ts';
import { type Paint, Row } from './drawing-row.ts';
import { escapeControls } from './escape.ts';

interface Lane {
  readonly name: string;
  readonly rows: Row[];
}

/** A word at a moment. */
interface Mark {
  readonly atMs: number;
  readonly text: string;
  readonly paint: Paint;
}

/** A span with a sign at its end; `endMs` is missing where the end was never seen. */
interface Bar {
  readonly startMs: number;
  readonly endMs?: number;
  readonly text: string;
  readonly paint: Paint;
}

const longestName = 12;
const longestMark = 26;
const mostRowsOfMarks = 10;
const mostRequestLanes = 8;

/** Where the time axis lies: so many columns for so many milliseconds. */
interface Scale {
  readonly columns: number;
  readonly endMs: number;
  columnOf(atMs: number): number;
}

/** Draws what was seen as lanes over one time axis, in lines of at most `width` columns. */
export function drawTimeline(
  timeline: Timeline,
  { width, color }: { width: number; color: ChalkInstance },
): string[] {
  const { events } = timeline;
  if (events.length === 0) return [];
  const gutter = longestName + 2;
  const scale = scaleFor(events, width - gutter);
  const lanes = [
    ...appsOf(events).flatMap((app) => programLanes(events, app, scale, color)),
    ...requestLanes(events, scale, color),
    ...ourLane(events, scale, color),
  ];
  const body = lanes.flatMap(({ name, rows }) =>
    rows.map((row, index) => `${(index === 0 ? name : '').padEnd(gutter)}${row.text()}`),
  );
  return [...axis(scale).map((row) => `${''.padEnd(gutter)}${row.text()}`), ...body].map((line) =>
    line.trimEnd(),
  );
}

function scaleFor(events: readonly TimelineEvent[], columns: number): Scale {
  const endMs = Math.max(1, ...events.map(({ atMs }) => atMs));
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

function programLanes(
  events: readonly TimelineEvent[],
  app: string,
  scale: Scale,
  color: ChalkInstance,
): Lane[] {
  const start = events.find((seen) => seen.kind === 'started' && seen.app === app);
  const end = events.find((seen): seen is Ended => seen.kind === 'ended' && seen.app === app);
  const life: Bar = {
    startMs: start?.atMs ?? 0,
    ...(end && { endMs: end.atMs }),
    text: end === undefined ? '' : shortEnd(end),
    paint: end?.code === 0 ? color.green : color.yellow,
  };
  const marks = events.flatMap((seen): Mark[] => {
    if (seen.kind === 'message' && seen.app === app && seen.direction === 'received')
      return [{ atMs: seen.atMs, text: 'message', paint: color.magenta }];
    const line = seen.kind === 'line' && seen.app === app ? parseEventLine(seen) : undefined;
    return line === undefined ? [] : [{ atMs: seen.atMs, text: wordsOf(line), paint: color.cyan }];
  });
  return [
    { name: asName(app === 'app' ? 'program' : app), rows: [barRow([life], scale, '━')] },
    { name: '', rows: markRows(marks, scale) },
  ];
}

/** An event's name, and the phase where it is about one: the phases of a shutdown all come by one name. */
const wordsOf = ({ event, fields: { phase } }: EventLine): string =>
  typeof phase === 'string' ? `${event} ${phase}` : event;

function shortEnd({ code, signal, because }: Ended): string {
  if (because !== undefined) return 'ended by us';
  return signal === null ? `exit ${code}` : signal;
}

/** A lane for each request; those on one connection, and our probes, share one. */
function requestLanes(events: readonly TimelineEvent[], scale: Scale, color: ChalkInstance): Lane[] {
  const byLane = new Map<string, Bar[]>();
  for (const seen of events) {
    if (seen.kind !== 'request') continue;
    const outcome = events.find(
      (later) => (later.kind === 'answer' || later.kind === 'request-failed') && later.name === seen.name,
    );
    const lane = seen.on ?? (seen.name.startsWith('probe ') ? 'probes' : seen.name);
    const answered = outcome?.kind === 'answer';
    const bar: Bar = {
      startMs: seen.atMs,
      ...(outcome && { endMs: outcome.atMs }),
      text: answered ? String(outcome.status) : outcome?.kind === 'request-failed' ? outcome.code : '',
      paint: answered && outcome.status < 500 ? color.green : color.red,
    };
    byLane.set(lane, [...(byLane.get(lane) ?? []), bar]);
  }
  const lanes = [...byLane].map(([name, bars]) => ({ name: asName(name), rows: [barRow(bars, scale, '─')] }));
  const more = lanes.length - mostRequestLanes;
  return more > 0
    ? [...lanes.slice(0, mostRequestLanes), { name: `and ${more} more`, rows: [new Row(0)] }]
    : lanes;
}

/** What we did to the program beside asking it. */
function ourLane(events: readonly TimelineEvent[], scale: Scale, color: ChalkInstance): Lane[] {
  const marks = events.flatMap((seen): Mark[] => {
    if (seen.kind === 'signal')
      return [
        {
          atMs: seen.atMs,
          text: `${seen.signal}${seen.to === 'group' ? ' (group)' : ''}`,
          paint: color.yellow,
        },
      ];
    if (seen.kind === 'message' && seen.direction === 'sent')
      return [{ atMs: seen.atMs, text: 'message', paint: color.magenta }];
    if (seen.kind === 'connection')
      return [{ atMs: seen.atMs, text: `${seen.name} ${seen.state}`, paint: color.blue }];
    return [];
  });
  return marks.length === 0 ? [] : [{ name: 'we', rows: markRows(marks, scale) }];
}

function barRow(bars: readonly Bar[], scale: Scale, stroke: string): Row {
  const row = new Row(scale.columns);
  bars.forEach(({ startMs, endMs, text, paint }, index) => {
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
function markRows(marks: readonly Mark[], scale: Scale): Row[] {
  const rows: Row[] = [];
  let dropped = 0;
  for (const { atMs, text, paint } of marks) {
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

const appsOf = (events: readonly TimelineEvent[]): string[] =>
  events.flatMap((seen) => (seen.kind === 'started' ? [seen.app] : []));

const asName = (text: string): string => plain(text, longestName);

/** Shortened, escaped, and with one column for each character: a drawing is laid out in columns. */
function plain(text: string, longest: number): string {
  const safe = escapeControls(text).replace(/[^\u0020-\u024f]/gu, '?');
  return safe.length > longest ? `${safe.slice(0, longest - 1)}…` : safe;
}
