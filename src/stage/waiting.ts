import { parseEventLine } from '../timeline/event-line.ts';
import type { TimelineEvent } from '../timeline/events.ts';
import type { TimelineLog } from '../timeline/log.ts';
import { outcomeOf, requestNamed } from '../timeline/questions.ts';
import { readyWithinMs } from './limits.ts';
import { Milestone } from './milestone.ts';
import { type Pace, pause, pauseUnless, timeRunsOut } from './pace.ts';
import { processTable } from './process-table.ts';
import type { Program } from './program.ts';

export interface Wait {
  /** Milliseconds that the thing itself takes, before its "soon" begins. */
  readonly afterMs?: number;
}

/** What a wait looks for, and how a learner is told that it never came. */
export interface Sign<T> extends Wait {
  readonly match: (seen: TimelineEvent) => T | undefined;
  /** Completes a sentence about the program: "it printed no event line ...". */
  readonly text: string;
  /** The sign comes by a way of its own, which may still deliver it when the program is already over. */
  readonly outlivesTheProgram?: true;
  /** Index of the first event that counts; all of them where it is left out. */
  readonly since?: number;
}

export const betweenLooksMs = 20;
const looksUntilIdle = 5;

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

/** The signs of life of one program that a scenario may wait for; a sign that never comes is a missed milestone. */
export class Waiting {
  readonly name: string;
  protected readonly program: Program;
  protected readonly log: TimelineLog;
  protected readonly pace: Pace;
  protected readonly takesMs = new Map<string, number>();
  #port: number | undefined;

  constructor(program: Program, { log, pace }: { log: TimelineLog; pace: Pace }) {
    this.name = program.app;
    this.program = program;
    this.log = log;
    this.pace = pace;
  }

  get pid(): number {
    return this.program.pid;
  }

  get isOver(): boolean {
    return this.program.isOver;
  }

  /** The port of the ready line. */
  get port(): number {
    if (this.#port === undefined)
      throw new Error('The scenario asked for the port before it waited for ready().');
    return this.#port;
  }

  /** Waits for the first `ready` line and takes the port from it. */
  async ready({ afterMs = 0 }: Wait = {}): Promise<void> {
    const fields = await this.says('ready', { afterMs: afterMs + readyWithinMs });
    const { port } = fields;
    if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new Milestone('ready', `its ready line named no port that exists: ${shown(port)}`, {
        onTime: false,
      });
    }
    this.#port = port;
  }

  /** Waits for an event line of that name and resolves to its fields. */
  async says(event: string, { afterMs = 0 }: Wait = {}): Promise<Readonly<Record<string, unknown>>> {
    return await this.sees(event === 'ready' ? 'ready' : `says ${event}`, {
      afterMs,
      text: `it printed no event line "${event}"`,
      match: (seen) => {
        const line = seen.kind === 'line' && seen.app === this.name ? parseEventLine(seen) : undefined;
        return line?.event === event ? line.fields : undefined;
      },
    });
  }

  /** Waits for an IPC message that `match` accepts and resolves to it. `what` completes "it sent no ...". */
  async sends<T = unknown>(
    what: string,
    match: (message: unknown) => boolean,
    { afterMs = 0 }: Wait = {},
  ): Promise<T> {
    return await this.sees(`sends ${what}`, {
      afterMs,
      text: `it sent no ${what} over the IPC channel`,
      match: (seen) =>
        seen.kind === 'message' &&
        seen.app === this.name &&
        seen.direction === 'received' &&
        match(seen.message)
          ? (seen.message as T)
          : undefined,
    });
  }

  /** Waits until `match` makes something of an event; a milestone is missed when time or the program runs out. */
  async sees<T>(
    milestone: string,
    { match, text, since = 0, afterMs = 0, outlivesTheProgram }: Sign<T>,
  ): Promise<T> {
    const done = new AbortController();
    const late = timeRunsOut(this.pace, { afterMs, signal: done.signal });
    const giveUp = outlivesTheProgram ? late : Promise.race([this.program.ended, late]);
    const found = await this.log.first(match, { since, giveUp }).finally(() => done.abort());
    if (found !== undefined) return found;
    throw this.isOver
      ? new Milestone(milestone, `${text} before it was over`, { onTime: false })
      : new Milestone(milestone, `${text} within ${seconds(afterMs + this.pace.soonMs)}`, { onTime: true });
  }

  /** Waits until the request is answered or has failed. Of a program that is over, its connection tells us which. */
  async answered(name: string): Promise<void> {
    await this.sees(`answers ${name}`, {
      afterMs: this.takesMs.get(name) ?? 0,
      text: `it did not answer "${name}"`,
      // The end of the process and the last bytes of its sockets reach us in any order.
      outlivesTheProgram: true,
      match: (seen) =>
        (seen.kind === 'answer' || seen.kind === 'request-failed') && seen.name === name ? true : undefined,
    });
  }

  /** Waits until the program is over and all that it printed has been read. */
  async gone({ afterMs = 0 }: Wait = {}): Promise<void> {
    const inTime = this.sees('gone', {
      afterMs,
      text: 'it did not end',
      match: (seen) => (seen.kind === 'ended' && seen.app === this.name ? true : undefined),
    });
    await inTime.catch(async (error) => {
      // Who still holds its pipes delays the word of its end, and not the end.
      if (!this.isOver) throw error;
      await this.program.ended;
    });
  }

  /** Waits until the program has nothing to do but wait: asleep, and no CPU time used over several looks. */
  async idle(): Promise<void> {
    const giveUpAtMs = this.log.nowMs() + this.pace.soonMs;
    let quietLooks = 0;
    let cpuMs = -1;
    while (!this.isOver && quietLooks < looksUntilIdle && this.log.nowMs() < giveUpAtMs) {
      const row = processTable.readProcess(this.pid);
      quietLooks = row?.state === 'S' && row.cpuMs === cpuMs ? quietLooks + 1 : 0;
      cpuMs = row?.cpuMs ?? -1;
      await pause(betweenLooksMs);
    }
  }

  /** Leaves the program alone for a while; ends early where it ends by itself. */
  async leftAlone({ forMs }: { forMs: number }): Promise<void> {
    await pauseUnless(this.program.ended, forMs);
  }

  /** Answered before the time that it was asked to take: no slowness of the machine does that. */
  protected cameTooEarly(name: string): boolean {
    const timeline = this.log.timeline(0);
    const outcome = outcomeOf(timeline, name);
    const takesMs = (this.takesMs.get(name) ?? 0) - timerGrainMs;
    return outcome?.kind === 'answer' && outcome.atMs - (requestNamed(timeline, name)?.atMs ?? 0) < takesMs;
  }

  protected isSettled(name: string): boolean {
    return outcomeOf(this.log.timeline(0), name) !== undefined;
  }

  protected isAnswered(name: string): boolean {
    return outcomeOf(this.log.timeline(0), name)?.kind === 'answer';
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** A value in a few words; one that is nested without end is not followed into its depth. */
const shown = (value: unknown): string =>
  typeof value === 'object' && value !== null ? 'an object or a list' : String(value).slice(0, 80);
