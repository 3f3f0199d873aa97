import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { openTheatre, type Stage, type StartOptions, type Theatre } from '../../src/stage/stage.ts';
import { eventLines } from '../../src/timeline/event-line.ts';
import type { TimelineEvent } from '../../src/timeline/events.ts';
import { eventsOf } from '../../src/timeline/questions.ts';

/** The fixture program of that name, as a stage starts it. */
export const fixture = (name: string, settings: Record<string, string> = {}): StartOptions => ({
  file: fileURLToPath(new URL(`../fixtures/apps/${name}.js`, import.meta.url)),
  settings,
});

/** Gives the tests of a file one theatre, and each its own stage, after which nobody may be left. */
export function useTheatre({ scale = 1 }: { scale?: number } = {}) {
  let theatre: Theatre;
  beforeAll(async () => {
    theatre = await openTheatre({ scale });
  });
  afterAll(() => theatre[Symbol.asyncDispose]());
  return async (play: (stage: Stage) => Promise<void>): Promise<void> => {
    const stage = await theatre.openStage();
    try {
      await play(stage);
    } finally {
      await stage[Symbol.asyncDispose]();
    }
    expect(livingWith(tokenOfOurGuard())).toEqual([]);
    expect(pidsIn(stage).filter(lives)).toEqual([]);
  };
}

/** Every pid that the stage started or that a program has told of. */
export function pidsIn({ log }: Stage): number[] {
  const timeline = log.timeline(0);
  return [
    ...eventsOf(timeline, 'started').map(({ pid }) => pid),
    ...eventLines(timeline).flatMap(({ fields }) => (typeof fields.pid === 'number' ? [fields.pid] : [])),
  ];
}

/** Alive means able to run again, which a zombie is not. */
export function lives(pid: number): boolean {
  const stat = read(pid, 'stat');
  const state = stat?.slice(stat.lastIndexOf(')') + 2)[0];
  return state !== undefined && !'ZX'.includes(state);
}

/** Living processes whose environment holds the token, guards left out. */
export const livingWith = (token: string): number[] =>
  allPids().filter((pid) => {
    const mark = markOf(pid);
    return mark?.includes(token) === true && !mark.endsWith('guard') && lives(pid);
  });

/** The guards that this process has started and that still run. */
export const ourGuards = (): number[] =>
  allPids().filter((pid) => markOf(pid)?.endsWith('guard') && parentOf(pid) === process.pid && lives(pid));

/** The mark in a process's environment by which a stage finds it. */
export const markOf = (pid: number): string | undefined =>
  /PROC_COURSE_STAGE=([^\0]+)/.exec(read(pid, 'environ') ?? '')?.[1];

function tokenOfOurGuard(): string {
  const mark = ourGuards().map(markOf)[0];
  if (mark === undefined) throw new Error('This process has no guard.');
  return mark.slice(0, -'guard'.length);
}

/** The texts of a stream's lines. */
export const linesOf = ({ log }: Stage, stream: 'stdout' | 'stderr'): string[] =>
  eventsOf(log.timeline(0), 'line')
    .filter((line) => line.stream === stream)
    .map(({ text }) => text);

/** The events of one kind. */
export const seen = <Kind extends TimelineEvent['kind']>({ log }: Stage, kind: Kind) =>
  eventsOf(log.timeline(0), kind);

const allPids = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger);

function parentOf(pid: number): number {
  const stat = read(pid, 'stat') ?? '';
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}
