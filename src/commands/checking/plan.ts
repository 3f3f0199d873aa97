import { randomInt } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';
import { UsageError } from '../../cli/command.ts';
import { readTimeScale } from '../../cli/time-scale.ts';
import { listExercises, loadGrader } from '../../course/course.ts';
import { findById, nearest } from '../../course/near-misses.ts';
import type { Grader, Scenario } from '../../grading/words.ts';
import { type ReporterName, reporterNames } from '../../report/reporters.ts';
import { findPrograms, programExtensions } from '../../workspace/find-program.ts';

export interface CheckPlan {
  readonly exercise: string;
  readonly title: string;
  readonly file: string;
  readonly seed: number;
  readonly scenarios: readonly Scenario[];
  readonly onlySome: boolean;
  readonly timeScale: number;
}

/** The options of `check` as they were typed. */
export interface CheckOptions {
  readonly file?: string;
  readonly only?: string;
  readonly seed?: string;
  readonly json?: boolean;
  readonly reporter?: string;
  readonly html?: string;
  readonly verbose?: boolean;
}

const largestSeed = 2 ** 31;

/** Turns what was typed into what is to be graded. Throws UsageError for everything that cannot be meant. */
export async function planCheck(
  typed: string,
  { file, only, seed }: CheckOptions,
  { cwd, env }: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Promise<CheckPlan> {
  const exercises = listExercises();
  const ids = exercises.map(({ id }) => id);
  const exercise = findById(typed, ids);
  if (exercise === undefined) {
    throw new UsageError(
      `There is no exercise "${typed}". The nearest: ${nearest(typed, ids).join(', ')}.`,
      'proc-course list',
    );
  }
  const chosen = seed === undefined ? randomInt(largestSeed) : readSeed(seed);
  const program = file === undefined ? findProgram(cwd, exercise) : readFile(cwd, file, exercise);
  const { scenarios } = (await loadGrader(exercise)) as Grader;
  return {
    exercise,
    title: exercises.find(({ id }) => id === exercise)?.title ?? exercise,
    file: program,
    seed: chosen,
    scenarios: only === undefined ? scenarios : select(scenarios, only, exercise),
    onlySome: only !== undefined,
    timeScale: readTimeScale(env),
  };
}

/** Plans every exercise that has a file in this folder; `without` names those that have none. */
export async function planAll(
  options: CheckOptions,
  around: { cwd: string; env: Readonly<Record<string, string | undefined>> },
): Promise<{ plans: readonly CheckPlan[]; without: readonly string[] }> {
  const alone = (['file', 'only'] as const).find((name) => options[name] !== undefined);
  if (alone !== undefined) {
    throw new UsageError(
      `--${alone} belongs to one exercise, and none is named.`,
      `proc-course check exercise-1 --${alone} ${options[alone]}`,
    );
  }
  const ids = listExercises().map(({ id }) => id);
  const without = ids.filter((id) => findPrograms(around.cwd, id).length === 0);
  const present = ids.filter((id) => !without.includes(id));
  if (present.length === 0)
    throw new UsageError(`There is no file for any exercise in ${around.cwd}.`, 'proc-course init');
  const seed = options.seed ?? String(randomInt(largestSeed));
  const plans = await Promise.all(present.map((id) => planCheck(id, { ...options, seed }, around)));
  return { plans, without };
}

/** The form that was asked for; --json is another word for one of them. */
export function readReporter({ json, reporter }: CheckOptions): ReporterName {
  const wanted = reporter ?? (json ? 'json' : 'human');
  const found = reporterNames.find((name) => name === wanted);
  if (found === undefined || (json && found !== 'json')) {
    const sentence =
      found === undefined
        ? `There is no reporter "${wanted}"; there are ${reporterNames.join(', ')}.`
        : `--json and --reporter ${wanted} exclude each other.`;
    throw new UsageError(sentence, `proc-course check --reporter ${nearest(wanted, reporterNames)[0]}`);
  }
  return found;
}

function select(scenarios: readonly Scenario[], only: string, exercise: string): Scenario[] {
  const ofPoint = scenarios.filter(({ point }) => String(point) === only);
  if (ofPoint.length > 0) return ofPoint;
  const ids = scenarios.map(({ id }) => id);
  const id = findById(only, ids);
  if (id === undefined) {
    const near = nearest(only, ids);
    throw new UsageError(
      `${exercise} has no check "${only}". The nearest: ${near.join(', ')}.`,
      `proc-course check ${exercise} --only ${near[0]}`,
    );
  }
  return scenarios.filter((scenario) => scenario.id === id);
}

function findProgram(cwd: string, exercise: string): string {
  const found = findPrograms(cwd, exercise);
  if (found.length > 1) {
    const names = found.map((path) => basename(path)).join(' and ');
    throw new UsageError(
      `There is more than one file for ${exercise} here: ${names}.`,
      `proc-course check ${exercise} --file ${basename(found[0] ?? '')}`,
    );
  }
  if (found[0] === undefined) {
    throw new UsageError(`There is no file for ${exercise} in ${cwd}.`, 'proc-course init');
  }
  return found[0];
}

function readFile(cwd: string, file: string, exercise: string): string {
  const path = resolve(cwd, file);
  if (!existsSync(path))
    throw new UsageError(`There is no file "${file}".`, `proc-course check ${exercise} --file PATH`);
  if (!statSync(path).isFile())
    throw new UsageError(`"${file}" is not a file.`, `proc-course check ${exercise} --file PATH`);
  if (!(programExtensions as readonly string[]).includes(extname(path))) {
    throw new UsageError(
      `"${file}" is neither JavaScript nor TypeScript by its name (${programExtensions.join(', ')}).`,
      `proc-course check ${exercise} --file PATH`,
    );
  }
  return path;
}

function readSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed >= largestSeed) {
    throw new UsageError(
      `"${text}" is no seed: a whole number below ${largestSeed} is needed.`,
      'proc-course check exercise-1 --seed 1',
    );
  }
  return seed;
}
