import { UsageError } from '../../cli/command.ts';
import { listExercises, loadGrader } from '../../course/course.ts';
import { findById, nearest } from '../../course/near-misses.ts';
import type { Grader, Scenario } from '../../grading/words.ts';
import { exerciseNamed } from './current-exercise.ts';

export interface FoundCheck {
  readonly exercise: string;
  readonly scenario: Scenario;
}

/** Finds a check by its id, or by `EXERCISE/ID` where several exercises have one of that name. */
export async function findCheck(typed: string, command: string): Promise<FoundCheck> {
  const [inExercise, id] = typed.includes('/') ? typed.split('/', 2) : [undefined, typed];
  const exercises =
    inExercise === undefined ? listExercises().map((exercise) => exercise.id) : [exerciseNamed(inExercise)];
  const all = await Promise.all(
    exercises.map(async (exercise) =>
      ((await loadGrader(exercise)) as Grader).scenarios.map((scenario) => ({ exercise, scenario })),
    ),
  );
  const checks = all.flat();
  const exact = checks.filter(({ scenario }) => scenario.id === id);
  const ids = [...new Set(checks.map(({ scenario }) => scenario.id))];
  const byPart = findById(id ?? '', ids);
  const found = exact.length > 0 ? exact : checks.filter(({ scenario }) => scenario.id === byPart);
  if (found.length === 1 && found[0] !== undefined) return found[0];
  if (found.length === 0) {
    const near = nearest(id ?? '', ids);
    throw new UsageError(
      `There is no check "${typed}". The nearest: ${near.join(', ')}.`,
      `proc-course ${command} ${near[0]}`,
    );
  }
  const names = found.map(({ exercise, scenario }) => `${exercise}/${scenario.id}`);
  throw new UsageError(
    `More than one exercise has a check "${typed}": ${names.join(', ')}.`,
    `proc-course ${command} ${names[0]}`,
  );
}
