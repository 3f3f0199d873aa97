import type { App } from '../stage/app.ts';
import { readyWithinMs } from '../stage/limits.ts';
import { Milestone, OverTooSoon } from '../stage/milestone.ts';
import type { Stage } from '../stage/stage.ts';
import type { Timeline } from '../timeline/events.ts';
import { type Fields, fieldsOf, isResultOf, jobsNamed, takesMs } from '../timeline/jobs.ts';
import type { Draw } from './draw.ts';

// Timers of a program count in whole milliseconds and may fire up to one early.
const timerGrainMs = 2;

/** The half of a coordinator's parent that gives jobs, in named groups, and waits for their results. */
export class JobGiver {
  protected readonly app: App;
  protected readonly draw: Draw;
  protected readonly stage: Stage;

  constructor(app: App, { draw, stage }: { draw: Draw; stage: Stage }) {
    this.app = app;
    this.draw = draw;
    this.stage = stage;
  }

  /** Waits for `ready`, and resolves to whatever it names as workers. */
  async announced(): Promise<readonly unknown[]> {
    const isReady = (message: unknown) => fieldsOf(message, 'ready') !== undefined;
    const { workers } = await this.app.sends<Fields>('message "ready"', isReady, { afterMs: readyWithinMs });
    return Array.isArray(workers) ? workers : [];
  }

  /** Waits for `ready`, and resolves to the pids of its workers, at least as many as it was asked for. */
  async ready(): Promise<readonly [number, number, ...number[]]> {
    const pids = (await this.announced()).filter((pid): pid is number => Number.isInteger(pid));
    const wanted = Math.max(2, this.app.setting('WORKERS'));
    if (pids.length >= wanted) return pids as unknown as readonly [number, number, ...number[]];
    throw new Milestone('ready', `its "ready" named ${pids.length} of ${wanted} workers`, { onTime: false });
  }

  /** Sends a job of the group `name`. */
  job(name: string, task: Fields): void {
    this.app.send({ type: 'job', id: `${name} ${this.draw.token()}`, task });
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
      for (const job of jobsNamed(this.timeline(), name, this.app.name)) {
        const afterMs = Math.max(0, job.sent.atMs + times * takesMs(job) - this.stage.log.nowMs());
        await this.app.sends(`result for the job "${job.id}"`, (message) => isResultOf(message, job.id), {
          afterMs,
        });
      }
    }
  }

  /** One more job there and back on the same channel: what was said before it has been read by then. */
  async fence(): Promise<void> {
    this.job('fence', { kind: 'echo', value: this.draw.token() });
    await this.answered('fence');
  }

  /** Plays again where a job of the group may have been done before what was just done to the program. */
  stillLasts(name: string): void {
    const nowMs = this.stage.log.nowMs();
    const jobs = jobsNamed(this.timeline(), name, this.app.name);
    if (jobs.some((job) => nowMs >= job.sent.atMs + takesMs(job)))
      throw new OverTooSoon(`"${name}" may have been done before anything happened to the program.`);
  }

  protected stillHeld(name: string): void {
    for (const job of jobsNamed(this.timeline(), name, this.app.name)) {
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

  protected timeline(): Timeline {
    return this.stage.log.timeline(0);
  }
}
