import { UsageError } from '../../cli/command.ts';
import { listExercises } from '../../course/course.ts';
import { findById, nearest } from '../../course/near-misses.ts';
import type { Progress } from '../../progress/progress.ts';
import { findPrograms } from '../../workspace/find-program.ts';

/** The exercise that was typed. Throws UsageError with the nearest ids where there is none of that name. */
export function exerciseNamed(typed: string): string {
  const ids = listExercises().map(({ id }) => id);
  const found = findById(typed, ids);
  if (found !== undefined) return found;
  throw new UsageError(
    `There is no exercise "${typed}". The nearest: ${nearest(typed, ids).join(', ')}.`,
    'proc-course list',
  );
}

/** The exercise that was typed, or the first in this folder that has not passed yet. */
export function currentExercise(typed: string | undefined, progress: Progress, cwd: string): string {
  if (typed !== undefined) return exerciseNamed(typed);
  const here = listExercises().filter(({ id }) => findPrograms(cwd, id).length > 0);
  const current = here.find(({ id }) => !(id in progress.exercises)) ?? here[0];
  if (current !== undefined) return current.id;
  throw new UsageError(`There is no file for any exercise in ${cwd}.`, 'proc-course init');
}
