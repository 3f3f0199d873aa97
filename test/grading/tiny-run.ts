import { fileURLToPath } from 'node:url';
import { exit } from '../../src/grading/claims/exit.ts';
import { type CheckRun, runCheck } from '../../src/grading/run-check.ts';
import { must, type Scenario, type ScenarioPlan, scenario } from '../../src/grading/words.ts';
import type { CheckReport } from '../../src/report/report.ts';

export const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/apps/${name}.js`, import.meta.url));
export const texts = { because: 'It matters.', help: 'Look there.' };
export const codeIs = (code: number) => must(exit.hasCode(code), texts);

/** A scenario that waits for the end of the program, unless the plan says otherwise. */
export const check = (id: string, plan: Partial<ScenarioPlan> = {}): Scenario =>
  scenario(`it does ${id}`, {
    id,
    point: 1,
    settings: () => ({ CODE: 0 }),
    play: (app) => app.gone(),
    expect: [codeIs(0)],
    ...plan,
  });

export const run = (scenarios: Scenario[], more: Partial<CheckRun> = {}) =>
  runCheck({
    exercise: 'exercise-9',
    file: fixture('exits-with-the-code-it-is-given'),
    seed: 5,
    scenarios,
    onlySome: false,
    verbose: false,
    timeScale: 1,
    interrupted: new AbortController().signal,
    prepare: async (file) => ({ file, nodeFlags: [] }),
    ...more,
  });

/** What came of each check. */
export const outcomesOf = (checks: readonly CheckReport[]) => checks.map(({ id, outcome }) => [id, outcome]);
