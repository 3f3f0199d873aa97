import type { Progress } from './progress.ts';

/** What shows that something was learned: never the learner's word, always what was passed, seen or answered. */
export type Evidence =
  | { readonly passed: string }
  /** All scenes of an example. */
  | { readonly seen: string }
  /** All questions of a topic, rightly. */
  | { readonly answered: string };

/** So much of so many. */
export interface Tally {
  readonly done: number;
  readonly of: number;
}

/** A topic, as far as evidence can be of it. */
export interface TopicOfEvidence {
  readonly id: string;
  readonly examples: readonly { readonly id: string; readonly scenes: readonly string[] }[];
  readonly questions: readonly { readonly id: string }[];
}

/** The name under which an answer is kept. */
export const answerKey = (topic: string, question: string): string => `${topic}/${question}`;

export const isPassed = ({ exercises }: Progress, exercise: string): boolean =>
  Object.hasOwn(exercises, exercise);

/** Scenes that are still there count; those that an older version of the course had do not. */
export function scenesSeen(
  { scenes }: Progress,
  example: { readonly id: string; readonly scenes: readonly string[] },
): Tally {
  const seen = Object.hasOwn(scenes, example.id) ? (scenes[example.id] ?? []) : [];
  return { done: example.scenes.filter((id) => seen.includes(id)).length, of: example.scenes.length };
}

export const isAnswered = ({ answers }: Progress, topic: string, question: string): boolean =>
  Object.hasOwn(answers, answerKey(topic, question));

export const isAnsweredRight = (progress: Progress, topic: string, question: string): boolean =>
  isAnswered(progress, topic, question) && progress.answers[answerKey(topic, question)]?.right === true;

export function questionsRight(progress: Progress, { id, questions }: TopicOfEvidence): Tally {
  const right = questions.filter((question) => isAnsweredRight(progress, id, question.id));
  return { done: right.length, of: questions.length };
}

/** How far one piece of evidence has come. What the course does not have is never done. */
export function tallyOf(evidence: Evidence, progress: Progress, topics: readonly TopicOfEvidence[]): Tally {
  if ('passed' in evidence) return { done: isPassed(progress, evidence.passed) ? 1 : 0, of: 1 };
  if ('answered' in evidence) {
    const topic = topics.find(({ id }) => id === evidence.answered);
    return topic === undefined ? nothing : questionsRight(progress, topic);
  }
  const example = topics.flatMap(({ examples }) => examples).find(({ id }) => id === evidence.seen);
  return example === undefined ? nothing : scenesSeen(progress, example);
}

const nothing: Tally = { done: 0, of: 0 };

export const isDone = ({ done, of }: Tally): boolean => of > 0 && done === of;

/** Of several pieces of evidence, how many are whole. */
export function piecesDone(
  evidence: readonly Evidence[],
  progress: Progress,
  topics: readonly TopicOfEvidence[],
): Tally {
  const whole = evidence.filter((piece) => isDone(tallyOf(piece, progress, topics)));
  return { done: whole.length, of: evidence.length };
}
