/** What was passed, by which content of the file. Pure: reading and writing it is another file's work. */
export interface Progress {
  readonly schema: 1;
  readonly exercises: Readonly<Record<string, PassedExercise>>;
}

export interface PassedExercise {
  readonly passedAt: string;
  /** SHA-256 of the file that passed, so that "changed since it passed" can be known. */
  readonly content: string;
  /** Ids of the stretch checks that passed with it. */
  readonly stretch: readonly string[];
}

export const noProgress: Progress = { schema: 1, exercises: {} };

/** Progress with an exercise passed. */
export const withPassed = (progress: Progress, exercise: string, passed: PassedExercise): Progress => ({
  ...progress,
  exercises: { ...progress.exercises, [exercise]: passed },
});

/** Reads a progress file's text. `newer` is one that a later version of the course has written. */
export function parseProgress(text: string): Progress | 'damaged' | 'newer' {
  try {
    const value = JSON.parse(text);
    if (typeof value?.schema === 'number' && value.schema > 1) return 'newer';
    const sound = value?.schema === 1 && typeof value.exercises === 'object' && value.exercises !== null;
    return sound && Object.values(value.exercises).every(isPassedExercise) ? value : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isPassedExercise(value: unknown): value is PassedExercise {
  const { passedAt, content, stretch } = (value ?? {}) as Record<string, unknown>;
  return typeof passedAt === 'string' && typeof content === 'string' && Array.isArray(stretch);
}
