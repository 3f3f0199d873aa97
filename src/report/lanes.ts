import { parseEventLine } from '../timeline/event-line.ts';
import type { Ended, Timeline, TimelineEvent } from '../timeline/events.ts';
import { escapeControls } from './escape.ts';
import { phasesOf, waitsOf } from './spans.ts';

/** What a bar or a mark means, so that every picture may choose its own colours. */
export type Tone = 'good' | 'bad' | 'notice' | 'said' | 'message' | 'connection' | 'phase' | 'wait';

/** A word at a moment. `detail` is all that is known of it, for where there is room. */
export interface Mark {
  readonly atMs: number;
  readonly text: string;
  readonly detail: string;
  readonly tone: Tone;
}

/** A span with a sign at its end; `endMs` is missing where the end was never seen. */
export interface Bar {
  readonly startMs: number;
  readonly endMs?: number;
  readonly text: string;
  readonly tone: Tone;
}

/** One row of a picture: a program, one of its processes, its phases, a request or connection, or what we did. */
export interface Lane {
  readonly name: string;
  readonly kind: 'program' | 'process' | 'phases' | 'request' | 'we';
  readonly bars: readonly Bar[];
  readonly marks: readonly Mark[];
}

/** What every picture of a timeline shows, in the order from top to bottom. */
export interface Lanes {
  readonly endMs: number;
  readonly lanes: readonly Lane[];
}

/** Sorts all that was seen into lanes over one time axis. */
export function lanesOf({ events }: Timeline): Lanes {
  const apps = events.flatMap((seen) => (seen.kind === 'started' ? [seen.app] : []));
  return {
    endMs: Math.max(1, ...events.map(({ atMs }) => atMs)),
    lanes: [
      ...apps.flatMap((app) => [...programLanes(events, app), ...processLanes(events, app)]),
      ...requestLanes(events),
      ...ourLane(events),
    ],
  };
}

function programLanes(events: readonly TimelineEvent[], app: string): Lane[] {
  const start = events.find((seen) => seen.kind === 'started' && seen.app === app);
  const end = events.find((seen): seen is Ended => seen.kind === 'ended' && seen.app === app);
  const life: Bar = {
    startMs: start?.atMs ?? 0,
    ...(end && { endMs: end.atMs }),
    text: end === undefined ? '' : shortEnd(end),
    tone: end?.code === 0 && end.because === undefined ? 'good' : 'notice',
  };
  const marks = events.flatMap((seen): Mark[] => {
    const { atMs } = seen;
    if (seen.kind === 'message' && seen.app === app && seen.direction === 'received')
      return [{ atMs, text: 'message', detail: jsonOf(seen.message), tone: 'message' }];
    const line = seen.kind === 'line' && seen.app === app ? parseEventLine(seen) : undefined;
    // A phase has a bar of its own.
    if (!line || typeof line.fields.phase === 'string') return [];
    return [{ atMs, text: escapeControls(line.event), detail: escapeControls(line.line.text), tone: 'said' }];
  });
  const phases = phasesOf(events, app);
  return [
    { name: app === 'app' ? 'program' : escapeControls(app), kind: 'program', bars: [life], marks },
    ...(phases.length === 0 ? [] : [{ name: 'phases', kind: 'phases' as const, bars: phases, marks: [] }]),
  ];
}

/** A lane for each process that the program started and that was seen. */
function processLanes(events: readonly TimelineEvent[], app: string): Lane[] {
  return events.flatMap((seen, index): Lane[] => {
    if (seen.kind !== 'process' || seen.app !== app || seen.state !== 'seen') return [];
    const later = events.slice(index);
    const gone = later.find((one) => one.kind === 'process' && one.pid === seen.pid && one.state === 'gone');
    const killed = later.flatMap((one): Mark[] =>
      one.kind === 'signal' && one.pid === seen.pid && one.to === 'descendant'
        ? [{ atMs: one.atMs, text: one.signal, detail: `we sent ${one.signal}`, tone: 'notice' }]
        : [],
    );
    const life: Bar = { startMs: seen.atMs, ...(gone && { endMs: gone.atMs }), text: '', tone: 'said' };
    return [{ name: `pid ${seen.pid}`, kind: 'process', bars: [life], marks: killed }];
  });
}

/** A lane for each request; those on one connection, and our probes, share one. */
function requestLanes(events: readonly TimelineEvent[]): Lane[] {
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
      tone: answered && outcome.status < 500 ? 'good' : 'bad',
    };
    byLane.set(lane, [...(byLane.get(lane) ?? []), bar]);
  }
  return [...byLane].map(([name, bars]) => ({
    name: escapeControls(name),
    kind: 'request',
    bars,
    marks: [],
  }));
}

/** What we did to the program beside asking it, and what we waited for in vain. */
function ourLane(events: readonly TimelineEvent[]): Lane[] {
  const marks = events.flatMap((seen): Mark[] => {
    const { atMs } = seen;
    if (seen.kind === 'signal' && seen.to !== 'descendant') {
      const text = `${seen.signal}${seen.to === 'group' ? ' (group)' : ''}`;
      return [
        {
          atMs,
          text,
          detail: `we sent ${text}${seen.delivered ? '' : ', which found nobody'}`,
          tone: 'notice',
        },
      ];
    }
    if (seen.kind === 'message' && seen.direction === 'sent')
      return [{ atMs, text: 'message', detail: jsonOf(seen.message), tone: 'message' }];
    if (seen.kind === 'channel-closed')
      return [
        { atMs, text: 'channel closed', detail: `the IPC channel was closed by ${seen.by}`, tone: 'message' },
      ];
    if (seen.kind === 'connection') {
      const text = escapeControls(`${seen.name} ${seen.state}`);
      return [{ atMs, text, detail: `connection ${text}`, tone: 'connection' }];
    }
    return [];
  });
  const bars = waitsOf(events);
  return marks.length + bars.length === 0 ? [] : [{ name: 'we', kind: 'we', bars, marks }];
}

/** Exit code, death by signal, or ended by us, in one or two words. */
export function shortEnd({ code, signal, because }: Ended): string {
  if (because !== undefined) return 'ended by us';
  return signal === null ? `exit ${code}` : signal;
}

const jsonOf = (value: unknown): string =>
  escapeControls((JSON.stringify(value) ?? 'undefined').slice(0, 300));
