import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The kinds of file that a learner may write an exercise in. */
export const programExtensions = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const;

/** All files in the workspace that could be the learner's program for an exercise, `exercises/` below it included. */
export function findPrograms(workspace: string, exercise: string): string[] {
  const here = candidates(workspace, exercise);
  return here.length > 0 ? here : candidates(join(workspace, 'exercises'), exercise);
}

const candidates = (folder: string, exercise: string): string[] =>
  programExtensions
    .map((extension) => join(folder, `${exercise}${extension}`))
    .filter((file) => existsSync(file));
