import type { Unstamped } from '../src/timeline/events.ts';

/** Messages between a parent and a coordinator, written down by hand. */
export const hears = (message: unknown): Unstamped => ({
  kind: 'message',
  app: 'app',
  direction: 'received',
  message,
});

export const tells = (message: unknown): Unstamped => ({
  kind: 'message',
  app: 'app',
  direction: 'sent',
  message,
});

export const ready = (...workers: unknown[]): Unstamped => hears({ type: 'ready', workers });

export const gives = (id: string, task: object): Unstamped => tells({ type: 'job', id, task });

export const echoes = (id: string, value: unknown = 'v'): Unstamped => gives(id, { kind: 'echo', value });

export const sleeps = (id: string, ms: number): Unstamped => gives(id, { kind: 'sleep', ms, value: 'v' });

export const done = (id: string, value: unknown = 'v', worker = 11): Unstamped =>
  hears({ type: 'result', id, ok: true, value, worker });

export const refused = (id: string, error = 'no'): Unstamped =>
  hears({ type: 'result', id, ok: false, error });

export const starts = (pid: number): Unstamped => hears({ type: 'worker-start', pid });

export const exits = (pid: number, code: number | null, signal: string | null = null): Unstamped =>
  hears({ type: 'worker-exit', pid, code, signal });

export const says = (workers: readonly object[], queued = 0): Unstamped =>
  hears({ type: 'status', workers, queued, restarts: 0 });

/** A signal to a process that the program has started. */
export const signals = (pid: number, name: NodeJS.Signals): Unstamped => ({
  kind: 'signal',
  app: 'app',
  pid,
  signal: name,
  to: 'descendant',
  delivered: true,
});

/** What the process table showed. */
export const looks = (
  name: string,
  children: readonly number[],
  living: readonly number[] = children,
): Unstamped => ({
  kind: 'fact',
  name: `look at ${name}`,
  value: { children, living },
});
