import { isDeepStrictEqual } from 'node:util';
import type { IpcMessage, Timeline } from './events.ts';
import { eventsOf, theApp } from './questions.ts';

/** What a message over IPC may hold; a program can send anything, so every field is to be looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** A job that was sent to a coordinator, with everything that came back for it. */
export interface SentJob {
  readonly id: string;
  readonly task: Fields;
  readonly sent: IpcMessage;
  readonly results: readonly IpcMessage[];
}

/** The message's fields where it is an object of that type. */
export function fieldsOf(message: unknown, type: string): Fields | undefined {
  const isObject = typeof message === 'object' && message !== null;
  return isObject && (message as Fields).type === type ? (message as Fields) : undefined;
}

/** The messages of one type that the program has sent, in order. */
export const messagesOf = (timeline: Timeline, type: string, app = theApp): IpcMessage[] =>
  eventsOf(timeline, 'message').filter(
    (event) =>
      event.app === app && event.direction === 'received' && fieldsOf(event.message, type) !== undefined,
  );

/** The processes that the coordinator's `ready` names, whatever it may have put there. */
export const readyPids = (timeline: Timeline): readonly unknown[] => {
  const named = fieldsOf(messagesOf(timeline, 'ready')[0]?.message, 'ready')?.workers;
  return Array.isArray(named) ? named : [];
};

/**
 * The announcements of replacements, one for each. The first workers may be announced in the same way, and a worker
 * may be announced again when it is up.
 */
export function replacementsIn(timeline: Timeline): IpcMessage[] {
  const known = new Set(readyPids(timeline));
  return messagesOf(timeline, 'worker-start').filter(({ message }) => {
    const pid = fieldsOf(message, 'worker-start')?.pid;
    const isNew = !known.has(pid);
    known.add(pid);
    return isNew;
  });
}

/** The pids of all replacements that were announced, or of those announced later than `afterMs`. */
export const replacementPids = (
  timeline: Timeline,
  { afterMs = Number.NEGATIVE_INFINITY } = {},
): readonly unknown[] =>
  replacementsIn(timeline)
    .filter(({ atMs }) => atMs > afterMs)
    .map(({ message }) => fieldsOf(message, 'worker-start')?.pid);

export const isResultOf = (message: unknown, id: string): boolean => fieldsOf(message, 'result')?.id === id;

/** Jobs are sent in groups: the id of each begins with its group's name. */
export function jobsNamed(timeline: Timeline, name: string, app = theApp): SentJob[] {
  const results = messagesOf(timeline, 'result', app);
  return eventsOf(timeline, 'message').flatMap((sent) => {
    const job = sent.app === app && sent.direction === 'sent' ? fieldsOf(sent.message, 'job') : undefined;
    if (typeof job?.id !== 'string' || !job.id.startsWith(`${name} `)) return [];
    const { id, task } = job as { id: string; task: Fields };
    return [{ id, task, sent, results: results.filter(({ message }) => isResultOf(message, id)) }];
  });
}

/** How long a job takes at the least, in the worker that does it. */
export const takesMs = ({ task }: SentJob): number => (task.kind === 'sleep' ? Number(task.ms) : 0);

/** True where a result says what the job's task gives: its value, or the message that it rejects with. */
export function isRight({ task }: SentJob, result: Fields): boolean {
  if (task.kind === 'fail') {
    return (
      result.ok === false && typeof result.error === 'string' && result.error.includes(String(task.message))
    );
  }
  const numbers = Array.isArray(task.numbers) ? (task.numbers as number[]) : [];
  const value = task.kind === 'sum' ? numbers.reduce((total, number) => total + number, 0) : task.value;
  return result.ok === true && isDeepStrictEqual(result.value, value);
}

/** A result that says that the job was not done, and why. */
export const isRefusal = (result: Fields): boolean => result.ok === false && typeof result.error === 'string';

/** The workers that a status calls busy; `busy` may be a boolean or a count. */
export function busyPidsIn(status: Fields): number[] {
  const workers = Array.isArray(status.workers) ? (status.workers as Fields[]) : [];
  return workers.filter((worker) => Number(worker?.busy) > 0).map(({ pid }) => Number(pid));
}

/** The workers that a status lists, busy or not. */
export const listedPidsIn = ({ workers }: Fields): number[] =>
  Array.isArray(workers) ? workers.map((worker: Fields | null) => Number(worker?.pid)) : [];

export const ascending = (pids: readonly number[]): number[] => [...pids].sort((a, b) => a - b);
