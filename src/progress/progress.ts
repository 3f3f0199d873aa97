/** What was passed, seen and answered. Pure: reading and writing it is another file's work. */
export interface Progress {
  readonly schema: typeof progressSchema;
  readonly exercises: Readonly<Record<string, PassedExercise>>;
  /** Ids of the scenes that were played and showed what they claim, by their example. */
  readonly scenes: Readonly<Record<string, readonly string[]>>;
  /** The last prediction for each question of the quiz, by `LESSON/QUESTION`. */
  readonly answers: Readonly<Record<string, GivenAnswer>>;
  /** What the last whole check of each exercise found. */
  readonly checks: Readonly<Record<string, LastCheck>>;
  /** Numbers of the hints that were shown, by exercise. */
  readonly hints: Readonly<Record<string, readonly number[]>>;
}

export interface PassedExercise {
  readonly passedAt: string;
  /** SHA-256 of the program that passed, the files that it imports included, so that "changed since it passed" can be known. */
  readonly content: string;
  /** Ids of the stretch checks that passed with it. */
  readonly stretch: readonly string[];
}

export interface LastCheck {
  readonly checkedAt: string;
  /** The same of the program that was checked. */
  readonly content: string;
  /** Ids of the checks that did not pass, core and stretch. */
  readonly open: readonly string[];
}

export interface GivenAnswer {
  readonly answeredAt: string;
  readonly right: boolean;
}

/** Version 1 knew only exercises; it reads as version 2 with nothing seen and nothing answered. */
export const progressSchema = 2;

export const noProgress: Progress = {
  schema: progressSchema,
  exercises: {},
  scenes: {},
  answers: {},
  checks: {},
  hints: {},
};

/** Progress with an exercise passed. */
export const withPassed = (progress: Progress, exercise: string, passed: PassedExercise): Progress => ({
  ...progress,
  exercises: { ...progress.exercises, [exercise]: passed },
});

/** Progress with scenes of an example seen. */
export const withScenes = (progress: Progress, example: string, scenes: readonly string[]): Progress => ({
  ...progress,
  scenes: {
    ...progress.scenes,
    [example]: [...new Set([...(progress.scenes[example] ?? []), ...scenes])],
  },
});

/** Progress with a question of the quiz answered. */
export const withAnswer = (progress: Progress, question: string, given: GivenAnswer): Progress => ({
  ...progress,
  answers: { ...progress.answers, [question]: given },
});

/** Progress with what a whole check of an exercise found. */
export const withCheck = (progress: Progress, exercise: string, check: LastCheck): Progress => ({
  ...progress,
  checks: { ...progress.checks, [exercise]: check },
});

/** Progress with hints of an exercise shown. */
export const withHints = (progress: Progress, exercise: string, shown: readonly number[]): Progress => ({
  ...progress,
  hints: { ...progress.hints, [exercise]: [...new Set([...(progress.hints[exercise] ?? []), ...shown])] },
});

/** Reads a progress file's text. `newer` is one that a later version of the course has written. */
export function parseProgress(text: string): Progress | 'damaged' | 'newer' {
  try {
    const value = JSON.parse(text);
    if (typeof value?.schema === 'number' && value.schema > progressSchema) return 'newer';
    if (value?.schema !== 1 && value?.schema !== progressSchema) return 'damaged';
    const { exercises, scenes = {}, answers = {}, checks = {}, hints = {} } = value;
    const sound =
      isRecordOf(exercises, isPassedExercise) &&
      isRecordOf(scenes, isIds) &&
      isRecordOf(answers, isGiven) &&
      isRecordOf(checks, isLastCheck) &&
      isRecordOf(hints, isNumbers);
    return sound ? { schema: progressSchema, exercises, scenes, answers, checks, hints } : 'damaged';
  } catch {
    return 'damaged';
  }
}

function isRecordOf<T>(
  value: unknown,
  isOne: (entry: unknown) => entry is T,
): value is Readonly<Record<string, T>> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isRecord && Object.values(value).every(isOne);
}

function isPassedExercise(value: unknown): value is PassedExercise {
  const { passedAt, content, stretch } = (value ?? {}) as Record<string, unknown>;
  return typeof passedAt === 'string' && typeof content === 'string' && isIds(stretch);
}

const isIds = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((id) => typeof id === 'string');

function isGiven(value: unknown): value is GivenAnswer {
  const { answeredAt, right } = (value ?? {}) as Record<string, unknown>;
  return typeof answeredAt === 'string' && typeof right === 'boolean';
}

function isLastCheck(value: unknown): value is LastCheck {
  const { checkedAt, content, open } = (value ?? {}) as Record<string, unknown>;
  return typeof checkedAt === 'string' && typeof content === 'string' && isIds(open);
}

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((number) => Number.isInteger(number));
