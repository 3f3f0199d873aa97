import { parseEventLine } from '../timeline/event-line.ts';
import type { Timeline, TimelineEvent } from '../timeline/events.ts';

// What fits on a screen beside the finding itself.
const mostEvents = 24;
const neighbours = 1;

/** One event of an excerpt, or the number of events left out at this place. */
export type ExcerptEntry = { readonly index: number } | number;

/** The part of a timeline that matters for a finding: the evidence, what stands next to it, what we did, how it ended. */
export function excerpt(timeline: Timeline, evidence: ReadonlySet<number>, whole: boolean): ExcerptEntry[] {
  const { events } = timeline;
  const chosen = whole ? events.map((_, index) => index) : choose(events, evidence);
  const entries: ExcerptEntry[] = [];
  let next = 0;
  for (const index of chosen) {
    if (index > next) entries.push(index - next);
    entries.push({ index });
    next = index + 1;
  }
  if (next < events.length) entries.push(events.length - next);
  return entries;
}

function choose(events: readonly TimelineEvent[], evidence: ReadonlySet<number>): number[] {
  const ranks = events.map((event, index) => ({ index, rank: rankOf(event, index, evidence) }));
  return ranks
    .sort((a, b) => a.rank - b.rank || a.index - b.index)
    .slice(0, mostEvents)
    .filter(({ rank }) => rank < unimportant)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
}

const unimportant = 5;

/** Lower is more important. */
function rankOf(event: TimelineEvent, index: number, evidence: ReadonlySet<number>): number {
  if (evidence.has(index)) return 0;
  if (
    event.kind === 'started' ||
    event.kind === 'signal' ||
    event.kind === 'ended' ||
    event.kind === 'milestone-missed'
  )
    return 1;
  if ([...evidence].some((at) => Math.abs(at - index) <= neighbours)) return 2;
  if ('name' in event && String(event.name).startsWith('probe')) return unimportant;
  if (event.kind === 'line') return event.stream === 'stderr' || parseEventLine(event) ? 3 : 4;
  return 3;
}
