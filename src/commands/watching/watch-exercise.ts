import { basename } from 'node:path';
import { Interrupted, type Surroundings } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { loadOverview } from '../../course/overview.ts';
import { type Keys, openKeys } from '../../player/keys.ts';
import { progressFileFor, readProgress } from '../../progress/progress-file.ts';
import { changesSince } from '../../report/changes.ts';
import { renderCheckPage } from '../../report/check-page.ts';
import type { Report } from '../../report/report.ts';
import { watchProgram } from '../../workspace/watch-program.ts';
import { currentExercise } from '../checking/current-exercise.ts';
import { planCheck } from '../checking/plan.ts';
import { startHere } from '../starting/start-here.ts';
import type { WatchOptions } from '../watch.ts';
import { findPagePlace, type PageTarget, writePage } from '../writing/write-page.ts';
import { Rounds } from './rounds.ts';
import { drawScreen, type Screen, tellRound } from './watch-screen.ts';

/** Checks at each save until the learner leaves; the exit code is that of the last verdict. */
export async function watchExercise(
  typed: string | undefined,
  options: WatchOptions,
  around: Surroundings,
): Promise<ExitCode> {
  const { progress } = await readProgress(await progressFileFor(around));
  const exercise = currentExercise(typed, progress, around.cwd);
  const plan = await planCheck(exercise, options, around);
  const next = `proc-course watch ${exercise} --html timeline.html`;
  const page =
    options.html === undefined
      ? undefined
      : await findPagePlace({ name: options.html, cwd: around.cwd, next });
  const watch = new WatchSession(
    { exercise, file: basename(plan.file), round: 0, state: 'checking' },
    around,
    page,
  );
  await using rounds = new Rounds(plan, around, watch, { keepAll: options.html !== undefined });
  await using _saves = watchProgram(plan.file, () => rounds.begin());
  rounds.begin();
  if (around.console.interactive) await watch.takeKeys(() => rounds.begin());
  else await untilAborted(around.interrupted);
  if (around.interrupted.aborted || watch.left) throw new Interrupted();
  return watch.lastPassed ? exitCode.passed : exitCode.notPassed;
}

/** What is on the screen, and what the keys do to it. */
class WatchSession {
  #screen: Screen;
  #before: Report | undefined;
  readonly #around: Surroundings;
  readonly #page: PageTarget | undefined;
  left = false;

  constructor(screen: Screen, around: Surroundings, page: PageTarget | undefined) {
    this.#screen = screen;
    this.#around = around;
    this.#page = page;
  }

  get lastPassed(): boolean {
    return this.#screen.report?.passed === true;
  }

  onBegin(round: number): void {
    this.#show({ round, state: 'checking' });
  }

  async onReport(report: Report, round: number): Promise<void> {
    const changes = changesSince(this.#before?.checks, report.checks);
    this.#before = report;
    this.#show({ round, state: 'known', report, changes, chosen: 0, trouble: undefined });
    if (!this.#around.console.interactive) tellRound(this.#screen, this.#around.console);
    if (this.#page === undefined) return;
    const { passed } = report;
    await writePage(renderCheckPage({ scope: 'one', passed, reports: [report], without: [] }), this.#page);
  }

  onTrouble(error: Error): void {
    this.#show({ state: 'known', trouble: error.message });
    if (!this.#around.console.interactive) this.#around.console.err(error.message);
  }

  #show(changed: Partial<Screen>): void {
    this.#screen = { ...this.#screen, ...changed };
    if (this.#around.console.interactive) drawScreen(this.#screen, this.#around.console);
  }

  async takeKeys(checkAgain: () => void): Promise<void> {
    let keys: Keys | undefined = openKeys(this.#around.interrupted);
    const stop = this.#around.console.onResize(() => this.#show({}));
    try {
      for (;;) {
        const key = await keys.next();
        if (key === undefined) {
          this.left = true;
          return;
        }
        if (key === 'q') return;
        const argv = await this.#commandFor(key);
        if (argv !== undefined) {
          // The other command needs the terminal's keys for itself.
          keys[Symbol.dispose]();
          keys = undefined;
          await startHere(argv, this.#around);
          keys = openKeys(this.#around.interrupted);
          this.#show({});
        } else if (key === 'n') this.#show({ chosen: (this.#screen.chosen ?? 0) + 1 });
        else if (key === 't') this.#show({ timeline: this.#screen.timeline !== true });
        else if (key === '\r' || key === ' ') checkAgain();
      }
    } finally {
      stop();
      keys?.[Symbol.dispose]();
    }
  }

  /** The command that a key stands for, as its words. */
  async #commandFor(key: string): Promise<readonly string[] | undefined> {
    const { exercise, report, chosen = 0 } = this.#screen;
    if (key === 'h') return ['hint', exercise];
    if (key === 'g') {
      const topics = (await loadOverview()).filter((topic) =>
        topic.exercises.some(({ id }) => id === exercise),
      );
      return ['guide', topics[0]?.id ?? '01'];
    }
    const failed = report?.checks.filter(({ outcome }) => outcome !== 'passed') ?? [];
    const check = failed[chosen % Math.max(1, failed.length)];
    return key === 'r' && check !== undefined ? ['replay', `${exercise}/${check.id}`] : undefined;
  }
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
