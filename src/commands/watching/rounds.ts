import type { Surroundings } from '../../cli/command.ts';
import { runCheck } from '../../grading/run-check.ts';
import type { Report } from '../../report/report.ts';
import { contentOf } from '../../workspace/content-of.ts';
import { prepareProgram } from '../../workspace/prepare-program.ts';
import type { CheckPlan } from '../checking/plan.ts';
import { recordCheck } from '../checking/record-check.ts';
import { collectGarbage } from './collect-garbage.ts';

/** A check as it is told to whoever watches. */
export interface Watcher {
  onBegin(round: number): void;
  onReport(report: Report, round: number): void | Promise<void>;
  /** A fault of ours, or a file that cannot be read just now; the next save may mend it. */
  onTrouble(error: Error): void;
}

/** Checks one program again and again, one check at a time: one that is overtaken is ended at once, and not told. */
export class Rounds implements AsyncDisposable {
  readonly #plan: CheckPlan;
  readonly #around: Surroundings;
  readonly #watcher: Watcher;
  readonly #keepAll: boolean;
  #round = 0;
  #current: AbortController | undefined;
  #last: Promise<void> = Promise.resolve();

  /** With `keepAll` a report has the timelines of checks that passed, too. */
  constructor(
    plan: CheckPlan,
    around: Surroundings,
    watcher: Watcher,
    { keepAll }: { keepAll: boolean } = { keepAll: false },
  ) {
    this.#keepAll = keepAll;
    this.#plan = plan;
    this.#around = around;
    this.#watcher = watcher;
  }

  /** Ends the check that is under way, and begins the next. */
  begin(): void {
    this.#current?.abort();
    const overtaken = new AbortController();
    this.#current = overtaken;
    this.#round += 1;
    const round = this.#round;
    // The one before has to be gone: two checks at once would disturb each other's figures.
    this.#last = this.#last.then(() => this.#check(overtaken.signal, round));
  }

  async #check(overtaken: AbortSignal, round: number): Promise<void> {
    if (overtaken.aborted) return;
    this.#watcher.onBegin(round);
    try {
      const content = await contentOf(this.#plan.file);
      const report = await runCheck({
        ...this.#plan,
        verbose: this.#keepAll,
        interrupted: overtaken,
        prepare: prepareProgram,
      });
      if (overtaken.aborted) return;
      await recordCheck(report, content, this.#around);
      await this.#watcher.onReport(report, round);
    } catch (error) {
      if (!overtaken.aborted) this.#watcher.onTrouble(error as Error);
    }
    // A watch runs for hours, and has nothing to do until the next save.
    if (!overtaken.aborted) collectGarbage();
  }

  /** Ends the check that is under way; when it resolves, nothing that was started is alive. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#current?.abort();
    await this.#last;
  }
}
