import { isPassed, questionsRight, scenesSeen, type Tally, type TopicOfEvidence } from './evidence.ts';
import type { Progress } from './progress.ts';

/** A topic as a learner goes through it. */
export interface TopicOfSteps extends TopicOfEvidence {
  readonly exercises: readonly { readonly id: string; readonly stretch: readonly string[] }[];
}

/** One thing to do, with how much of it is done. */
export type Step =
  | {
      readonly kind: 'example';
      readonly topic: string;
      readonly id: string;
      readonly tally: Tally;
      /** The first scene that was not seen, counted from 1. */
      readonly scene: number;
    }
  | { readonly kind: 'questions'; readonly topic: string; readonly tally: Tally }
  | { readonly kind: 'exercise'; readonly topic: string; readonly id: string };

/** What is left of a topic, in the order of learning: see it, predict it, build it. */
export function stepsLeft(topic: TopicOfSteps, progress: Progress): Step[] {
  const isLeft = ({ done, of }: Tally): boolean => done < of;
  const examples = topic.examples.map((example): Step & { kind: 'example' } => ({
    kind: 'example',
    topic: topic.id,
    id: example.id,
    tally: scenesSeen(progress, example),
    scene: example.scenes.findIndex((id) => !progress.scenes[example.id]?.includes(id)) + 1,
  }));
  const questions = questionsRight(progress, topic);
  return [
    ...examples.filter(({ tally }) => isLeft(tally)),
    ...(isLeft(questions) ? [{ kind: 'questions', topic: topic.id, tally: questions } as const] : []),
    ...topic.exercises
      .filter(({ id }) => !isPassed(progress, id))
      .map(({ id }): Step => ({ kind: 'exercise', topic: topic.id, id })),
  ];
}

/** All that is left, in course order. */
export const allStepsLeft = (topics: readonly TopicOfSteps[], progress: Progress): Step[] =>
  topics.flatMap((topic) => stepsLeft(topic, progress));

/** The stretch checks that passed exercises leave, by exercise. */
export function stretchLeft(
  topics: readonly TopicOfSteps[],
  progress: Progress,
): { readonly exercise: string; readonly checks: readonly string[] }[] {
  return topics
    .flatMap(({ exercises }) => exercises)
    .map(({ id, stretch }) => ({
      exercise: id,
      checks: stretch.filter((check) => !progress.exercises[id]?.stretch.includes(check)),
    }))
    .filter(({ exercise, checks }) => isPassed(progress, exercise) && checks.length > 0);
}
