import type { Pitfall } from './pitfall.ts';
import type { Question } from './question.ts';
import type { ScenarioPlan } from './words.ts';

/** One stimulus to an example, and what the reader should see. What it claims is asserted in the tests. */
export interface ScenePlan extends Omit<ScenarioPlan, 'longest' | 'busy' | 'after'> {
  /** The question that the reader may answer before the scene is played. */
  readonly question: string;
  /** What was to be seen, in one or two sentences, told after the scene. */
  readonly answer: string;
}

export interface Scene extends ScenePlan {
  readonly title: string;
}

/** A program of its own that `run` plays. Its file is `ID.js` in the lesson's folder. */
export interface Example {
  readonly id: string;
  readonly title: string;
  /** The points that the course promises of it; a scene's `point` counts from 1 into this list. */
  readonly points: readonly string[];
  readonly scenes: readonly Scene[];
  /** Requests that a reader may send to it by a key on a terminal. */
  readonly requests: readonly { readonly key: string; readonly method: string; readonly path: string }[];
}

/** One topic of the course. Its folder's name is its id, and folder order is course order. */
export interface Lesson {
  readonly title: string;
  /** What the course promises of the topic; each is a section of `guide.md`, under the same words. */
  readonly points: readonly string[];
  /** What the reader can do afterwards, each completing "You can ...". */
  readonly objectives: readonly string[];
  /** How long `guide.md` takes to read with its programs. */
  readonly readingMinutes: number;
  readonly examples: readonly Example[];
  readonly pitfalls: readonly Pitfall[];
  readonly questions: readonly Question[];
  /** Ids of the exercises that practise it. */
  readonly exercises: readonly string[];
}

export const scene = (title: string, plan: ScenePlan): Scene => ({ title, ...plan });

export const example = (id: string, plan: Omit<Example, 'id'>): Example => {
  const silent = plan.points.findIndex((_, index) => !plan.scenes.some(({ point }) => point === index + 1));
  if (silent !== -1)
    throw new TypeError(
      `Example "${id}" has no scene for its point ${silent + 1}, "${plan.points[silent]}".`,
    );
  return { id, ...plan };
};

export const lesson = (plan: Lesson): Lesson => plan;
