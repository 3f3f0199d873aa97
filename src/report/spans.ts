import { parseEventLine } from '../timeline/event-line.ts';
import type { TimelineEvent } from '../timeline/events.ts';
import { escapeControls } from './escape.ts';
import type { Bar } from './lanes.ts';

const endsThePhases = new Set(['shutdown.complete', 'shutdown.forced', 'shutdown.error']);

/** The phases that a program announces, each from its own line to the next one's, or to the end of them all. */
export function phasesOf(events: readonly TimelineEvent[], app: string): Bar[] {
  const bars: Bar[] = [];
  let open: { readonly text: string; readonly startMs: number } | undefined;
  const close = (endMs: number): void => {
    if (open !== undefined) bars.push({ ...open, endMs, tone: 'phase' });
    open = undefined;
  };
  for (const seen of events) {
    if (!('app' in seen) || seen.app !== app) continue;
    if (seen.kind === 'ended') close(seen.atMs);
    const line = seen.kind === 'line' ? parseEventLine(seen) : undefined;
    if (!line) continue;
    const { phase } = line.fields;
    if (typeof phase === 'string') {
      close(seen.atMs);
      open = { text: escapeControls(phase), startMs: seen.atMs };
    } else if (endsThePhases.has(line.event)) close(seen.atMs);
  }
  if (open !== undefined) bars.push({ ...open, tone: 'phase' });
  return bars;
}

const doings = new Set<TimelineEvent['kind']>(['started', 'signal', 'request', 'message', 'channel-closed']);

/** What was waited for in vain: from the last thing that we did to the moment when we stopped waiting. */
export function waitsOf(events: readonly TimelineEvent[]): Bar[] {
  return events.flatMap((seen, index): Bar[] => {
    if (seen.kind !== 'milestone-missed') return [];
    const last = events.slice(0, index).findLast(({ kind }) => doings.has(kind));
    const text = `waited in vain: ${escapeControls(seen.milestone)}`;
    return [{ startMs: last?.atMs ?? 0, endMs: seen.atMs, text, tone: 'wait' }];
  });
}
