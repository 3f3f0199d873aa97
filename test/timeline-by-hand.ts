import type { Timeline, TimelineEvent, Unstamped } from '../src/timeline/events.ts';

/** A timeline written down by hand: each entry is a time in milliseconds and an event. */
export const timelineOf = (...entries: readonly (readonly [atMs: number, event: Unstamped])[]): Timeline => ({
  soonMs: 2_000,
  events: entries.map(([atMs, event]) => ({ ...event, atMs }) as TimelineEvent),
});

export const started = (settings: Record<string, string> = {}): Unstamped => ({
  kind: 'started',
  app: 'app',
  pid: 100,
  file: '/x/program.js',
  settings,
});

/** An event line as a program prints it. */
export const says = (
  event: string,
  fields: object = {},
  stream: 'stdout' | 'stderr' = 'stdout',
): Unstamped => ({
  kind: 'line',
  app: 'app',
  stream,
  text: JSON.stringify({ event, ...fields }),
});

export const prints = (text: string, stream: 'stdout' | 'stderr' = 'stdout'): Unstamped => ({
  kind: 'line',
  app: 'app',
  stream,
  text,
});

export const signal = (name: NodeJS.Signals): Unstamped => ({
  kind: 'signal',
  app: 'app',
  pid: 100,
  signal: name,
  to: 'process',
  delivered: true,
});

export const asks = (name: string, path: string): Unstamped => ({
  kind: 'request',
  app: 'app',
  name,
  method: 'GET',
  path,
});

export const answers = (
  name: string,
  status = 200,
  body = '',
  headers: Record<string, string> = {},
): Unstamped => ({ kind: 'answer', name, status, headers, body });

export const fails = (name: string, code: string): Unstamped => ({ kind: 'request-failed', name, code });

export const ends = (
  code: number | null,
  killedBy: NodeJS.Signals | null = null,
  because?: string,
): Unstamped => ({
  kind: 'ended',
  app: 'app',
  pid: 100,
  code,
  signal: killedBy,
  ...(because === undefined ? {} : { because }),
});

export const misses = (milestone: string, onTime = true): Unstamped => ({
  kind: 'milestone-missed',
  milestone,
  text: `it never came to ${milestone}`,
  onTime,
});
