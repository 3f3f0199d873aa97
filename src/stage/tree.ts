import type { TimelineLog } from '../timeline/log.ts';
import { Milestone } from './milestone.ts';
import { type Pace, pause, timeRunsOut } from './pace.ts';
import { isAlive, type ProcessRow, processTable } from './process-table.ts';
import type { Program } from './program.ts';

/** What the process table showed of a program's tree at one moment. Zombies are dead and not in it. */
export interface Look {
  /** The program's own children. */
  readonly children: readonly number[];
  /** Every living process of the run but the program itself, wherever its parent went. */
  readonly living: readonly number[];
}

const betweenLooksMs = 10;

/** The processes that one program has started: seen in the process table, and signalled by their own pid. */
export class Tree {
  readonly #program: Program;
  readonly #log: TimelineLog;
  readonly #pace: Pace;

  constructor(program: Program, { log, pace }: { log: TimelineLog; pace: Pace }) {
    this.#program = program;
    this.#log = log;
    this.#pace = pace;
  }

  /** Writes what the process table shows now into the timeline, as the fact `look at NAME`. */
  look(name: string): Look {
    const rows = this.#descendants();
    const look: Look = {
      children: rows.filter(({ ppid }) => ppid === this.#program.pid).map(({ pid }) => pid),
      living: rows.map(({ pid }) => pid),
    };
    this.#log.add({ kind: 'fact', name: `look at ${name}`, value: look });
    return look;
  }

  /** Signals one process. A pid is only a program's word until the table has shown it to be of this run. */
  signal(pid: number, signal: NodeJS.Signals): void {
    if (!this.#descendants().some((row) => row.pid === pid)) {
      throw new Milestone('lives', `it named the process ${pid}, which is none of its own that lives`, {
        onTime: false,
      });
    }
    const atMs = this.#log.nowMs();
    const delivered = send(pid, signal);
    this.#log.add({ kind: 'signal', app: this.#program.app, pid, signal, to: 'descendant', delivered }, atMs);
  }

  /** Waits until each of these is dead. */
  async untilDead(pids: readonly number[], { afterMs = 0 }: { afterMs?: number } = {}): Promise<void> {
    const done = () => !pids.some((pid) => isAlive(processTable.readProcess(pid)));
    await this.#until('dead', done, { afterMs, text: `${listed(pids)} did not end` });
  }

  /** Waits until one of these is dead. */
  async untilOneIsDead(pids: readonly number[], { afterMs = 0 }: { afterMs?: number } = {}): Promise<void> {
    const done = () => !pids.every((pid) => isAlive(processTable.readProcess(pid)));
    await this.#until('one dead', done, { afterMs, text: `none of ${listed(pids)} ended` });
  }

  /** Waits until the process is stopped (SIGSTOP acts a moment after it is sent). */
  async untilStopped(pid: number): Promise<void> {
    const done = () => processTable.readProcess(pid)?.state === 'T';
    await this.#until('stopped', done, { text: `process ${pid} did not stop` });
  }

  /**
   * Waits until the process has read what was sent to it before: it sleeps at two looks in a row, which what waits to be
   * read would not let it, or has worked for a while since.
   */
  async untilItHasRead(pid: number): Promise<void> {
    const before = processTable.readProcess(pid)?.cpuMs ?? 0;
    let asleep = 0;
    const done = () => {
      const row = processTable.readProcess(pid);
      asleep = row?.state === 'S' ? asleep + 1 : 0;
      return !isAlive(row) || asleep === 2 || row.cpuMs - before > aTurnMs;
    };
    await this.#until('has read', done, { text: `process ${pid} neither worked nor slept` });
  }

  /** Waits until nobody of the run lives, or the time is over; the last look is the fact `look at NAME`. */
  async settles(name: string): Promise<void> {
    const done = new AbortController();
    let late = false;
    void timeRunsOut(this.#pace, { signal: done.signal }).then(() => {
      late = true;
    });
    while (!late && this.#descendants().length > 0) await pause(betweenLooksMs);
    done.abort();
    this.look(name);
  }

  #descendants(): ProcessRow[] {
    return this.#program.living().filter(({ pid }) => pid > 1 && pid !== this.#program.pid);
  }

  async #until(
    milestone: string,
    done: () => boolean,
    { afterMs = 0, text }: { afterMs?: number; text: string },
  ): Promise<void> {
    const stop = new AbortController();
    let late = false;
    void timeRunsOut(this.#pace, { afterMs, signal: stop.signal }).then(() => {
      late = true;
    });
    while (!done()) {
      if (late)
        throw new Milestone(
          milestone,
          `${text} within ${((afterMs + this.#pace.soonMs) / 1000).toFixed(1)} s`,
          { onTime: true },
        );
      await pause(betweenLooksMs);
    }
    stop.abort();
  }
}

/** More than the step in which Linux counts, and than a message takes to be read. */
const aTurnMs = 40;

function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

const listed = (pids: readonly number[]): string =>
  pids.length === 1 ? `process ${pids[0]}` : `the processes ${pids.join(', ')}`;
