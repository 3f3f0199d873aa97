import type { Line, Timeline } from './events.ts';

/** A line of output that parses as a JSON object with a string field `event`. */
export interface EventLine {
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly line: Line;
}

const parsed = new WeakMap<Line, EventLine | null>();

/** Reads a line as an event line; undefined where it is free text. */
export function parseEventLine(line: Line): EventLine | undefined {
  let known = parsed.get(line);
  if (known === undefined) {
    known = parse(line);
    parsed.set(line, known);
  }
  return known ?? undefined;
}

function parse(line: Line): EventLine | null {
  if (line.cut || !line.text.trimStart().startsWith('{')) return null;
  try {
    const fields = JSON.parse(line.text);
    return typeof fields.event === 'string' ? { event: fields.event, fields, line } : null;
  } catch {
    return null;
  }
}

/** All event lines of a timeline in the order of their arrival; `event` and `app` narrow them down. */
export function eventLines(timeline: Timeline, narrow: { event?: string; app?: string } = {}): EventLine[] {
  const found: EventLine[] = [];
  for (const seen of timeline.events) {
    if (seen.kind !== 'line' || (narrow.app !== undefined && seen.app !== narrow.app)) continue;
    const eventLine = parseEventLine(seen);
    if (eventLine && (narrow.event === undefined || eventLine.event === narrow.event)) found.push(eventLine);
  }
  return found;
}
