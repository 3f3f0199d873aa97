import type { App } from '../stage/app.ts';
import { readyWithinMs } from '../stage/limits.ts';
import { Milestone, OverTooSoon } from '../stage/milestone.ts';
import { pause } from '../stage/pace.ts';
import type { Stage } from '../stage/stage.ts';
import type { Wait } from '../stage/waiting.ts';
import {
  busyPidsIn,
  type Fields,
  fieldsOf,
  isResultOf,
  jobsNamed,
  messagesOf,
  readyPids,
  takesMs,
} from '../timeline/jobs.ts';
import type { Draw } from './draw.ts';

const betweenAsksMs = 15;

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

/** A job group that must still be under way, or nothing can be said and the scenario is played again. */
interface While {
  readonly while: string;
}

/** What a scenario does as the parent of a coordinator: gives it jobs over IPC, and waits for what it says. */
export class Coordinator {
  readonly #app: App;
  readonly #draw: Draw;
  readonly #stage: Stage;

  constructor(app: App, { draw, stage }: { draw: Draw; stage: Stage }) {
    this.#app = app;
    this.#draw = draw;
    this.#stage = stage;
  }

  /** Waits for `ready`, and resolves to whatever it names as workers. */
  async announced(): Promise<readonly unknown[]> {
    const isReady = (message: unknown) => fieldsOf(message, 'ready') !== undefined;
    const { workers } = await this.#app.sends<Fields>('message "ready"', isReady, { afterMs: readyWithinMs });
    return Array.isArray(workers) ? workers : [];
  }

  /** Waits for `ready`, and resolves to the pids of its workers, at least as many as it was asked for. */
  async ready(): Promise<readonly [number, number, ...number[]]> {
    const pids = (await this.announced()).filter((pid): pid is number => Number.isInteger(pid));
    const wanted = Math.max(2, this.#app.setting('WORKERS'));
    if (pids.length >= wanted) return pids as unknown as readonly [number, number, ...number[]];
    throw new Milestone('ready', `its "ready" named ${pids.length} of ${wanted} workers`, { onTime: false });
  }

  /** Sends a job of the group `name`. */
  job(name: string, task: Fields): void {
    this.#app.send({ type: 'job', id: `${name} ${this.#draw.token()}`, task });
  }

  /** Sends `count` jobs of the group `name`. */
  jobs(name: string, count: number, taskOf: (index: number) => Fields): void {
    for (let index = 0; index < count; index += 1) this.job(name, taskOf(index));
  }

  /** Waits until every job of these groups has a result. */
  async answered(...names: string[]): Promise<void> {
    await this.#answered(names, 1);
  }

  /** The same where a job has to be done a second time. */
  async answeredAgain(...names: string[]): Promise<void> {
    await this.#answered(names, 2);
  }

  async #answered(names: readonly string[], times: number): Promise<void> {
    for (const name of names) {
      for (const job of jobsNamed(this.#timeline(), name, this.#app.name)) {
        const afterMs = Math.max(0, job.sent.atMs + times * takesMs(job) - this.#stage.log.nowMs());
        await this.#app.sends(`result for the job "${job.id}"`, (message) => isResultOf(message, job.id), {
          afterMs,
        });
      }
    }
  }

  /** One more job there and back on the same channel: what was said before it has been read by then. */
  async fence(): Promise<void> {
    this.job('fence', { kind: 'echo', value: this.#draw.token() });
    await this.answered('fence');
  }

  /** Asks for the status and waits for the answer to this very question. */
  async status(): Promise<Fields> {
    let awaited = messagesOf(this.#timeline(), 'status', this.#app.name).length + 1;
    this.#app.send({ type: 'status' });
    const isOurs = (message: unknown) => fieldsOf(message, 'status') !== undefined && --awaited === 0;
    return await this.#app.sends<Fields>('message "status"', isOurs);
  }

  /** Asks again and again until the status shows so many busy workers and queued jobs. */
  async shows(wanted: { busy: number; queued: number } & Partial<While>): Promise<Fields> {
    const giveUpAtMs = this.#stage.log.nowMs() + this.#app.soonMs;
    for (;;) {
      const status = await this.status();
      const seen = { busy: busyPidsIn(status).length, queued: status.queued };
      if (seen.busy === wanted.busy && seen.queued === wanted.queued) return status;
      if (this.#stage.log.nowMs() > giveUpAtMs) {
        const text = `no status showed ${wanted.busy} busy workers and ${wanted.queued} queued jobs; the last one showed ${seen.busy} and ${seen.queued}`;
        throw new Milestone('shows its work', text, { onTime: true });
      }
      if (wanted.while !== undefined) this.#stillHeld(wanted.while);
      await pause(betweenAsksMs);
    }
  }

  /** Waits until all workers hold the jobs of the group, which have to last. */
  async holds(name: string, busy: number, queued = 0): Promise<void> {
    await this.shows({ busy, queued, while: name });
  }

  /** Waits until one worker holds the only job of the group, and resolves to its pid. */
  async holderOf(name: string): Promise<number> {
    const status = await this.shows({ busy: 1, queued: 0, while: name });
    return busyPidsIn(status)[0] as number;
  }

  /** SIGKILL from outside while the jobs of a group cannot be done yet. */
  kill(pid: number, { while: name }: Partial<While> = {}): void {
    this.#app.tree.signal(pid, 'SIGKILL');
    if (name !== undefined) this.stillLasts(name);
  }

  /** Plays again where a job of the group may have been done before what was just done to the program. */
  stillLasts(name: string): void {
    const nowMs = this.#stage.log.nowMs();
    const jobs = jobsNamed(this.#timeline(), name, this.#app.name);
    if (jobs.some((job) => nowMs >= job.sent.atMs + takesMs(job)))
      throw new OverTooSoon(`"${name}" may have been done before anything happened to the program.`);
  }

  /** Waits for so many `worker-exit` messages in all. */
  async exits(count: number): Promise<void> {
    let left = count;
    const isLast = (message: unknown) => fieldsOf(message, 'worker-exit') !== undefined && --left === 0;
    await this.#app.sends(`message "worker-exit" number ${count}`, isLast);
  }

  /** Waits for the `count`th `worker-start` of a replacement, and resolves to its pid. */
  async start(count: number, { afterMs = 0 }: Wait = {}): Promise<number> {
    let left = count;
    // Each counts once, however often it is announced.
    const known = new Set(readyPids(this.#timeline()));
    const isIt = (message: unknown) => {
      const start = fieldsOf(message, 'worker-start');
      if (start === undefined || known.has(start.pid)) return false;
      known.add(start.pid);
      return --left === 0;
    };
    const { pid } = await this.#app.sends<Fields>(`message "worker-start" number ${count}`, isIt, {
      afterMs,
    });
    return Number(pid);
  }

  /**
   * Kills these in turn, and after them the replacements, each as soon as the last replacement is announced.
   * Resolves to those that are left.
   */
  async killInTurn(
    pids: readonly number[],
    { times, first = 1 }: { times: number; first?: number },
  ): Promise<readonly [number, ...number[]]> {
    const living = [...pids];
    const backoffMs = this.#app.setting('BACKOFF_MS');
    for (let count = 0; count < times; count += 1) {
      this.kill(living.shift() as number);
      living.push(await this.start(first + count, { afterMs: backoffMs * 2 ** count }));
    }
    return living as unknown as readonly [number, ...number[]];
  }

  /** Sends small jobs until one is refused while the group `name` is still held; the rest is then known to follow. */
  async refuses(probe: string, { while: name }: While): Promise<void> {
    const giveUpAtMs = this.#stage.log.nowMs() + this.#app.soonMs;
    for (let refused = false; !refused; ) {
      this.job(probe, { kind: 'echo', value: this.#draw.token() });
      await pause(betweenAsksMs);
      if (this.#app.isOver) {
        // Where it went in order, what it said last tells that it had finished the jobs: there was nothing left to see.
        await this.#app.gone();
        this.#stillHeld(name);
        return;
      }
      const results = jobsNamed(this.#timeline(), probe, this.#app.name).flatMap((job) => job.results);
      refused = results.some(({ message }) => fieldsOf(message, 'result')?.ok === false);
      if (refused) return;
      if (this.#stage.log.nowMs() > giveUpAtMs) {
        throw new Milestone('refuses', 'it refused no job', { onTime: true });
      }
      this.#stillHeld(name);
    }
  }

  /** Waits for the answers of a group that has to be answered while another one is held. */
  async answeredWhile(name: string, { while: held }: While): Promise<void> {
    const giveUpAtMs = this.#stage.log.nowMs() + this.#app.soonMs;
    const isOpen = () =>
      jobsNamed(this.#timeline(), name, this.#app.name).some(({ results }) => results.length === 0);
    while (isOpen() && this.#stage.log.nowMs() < giveUpAtMs) {
      this.#stillHeld(held);
      await pause(betweenAsksMs);
    }
  }

  /** A status between two looks at the process table that show the same children: a quiet moment. */
  async compares(name: string): Promise<void> {
    for (let tries = 0; tries < 5; tries += 1) {
      const before = this.#app.tree.look(`before ${name}`);
      await this.status();
      const after = this.#app.tree.look(name);
      if (String(before.children) === String(after.children)) return;
    }
  }

  #stillHeld(name: string): void {
    for (const job of jobsNamed(this.#timeline(), name, this.#app.name)) {
      const [result] = job.results;
      if (result === undefined) continue;
      // Before its own time has passed it was not done, so a longer job would be answered as early.
      if (result.atMs < job.sent.atMs + takesMs(job) - timerGrainMs) {
        const text = `it answered the job "${job.id}" before that can have been done`;
        throw new Milestone('holds', text, { onTime: false });
      }
      throw new OverTooSoon(`"${name}" was done before it could be looked at.`);
    }
  }

  #timeline() {
    return this.#stage.log.timeline(0);
  }
}
