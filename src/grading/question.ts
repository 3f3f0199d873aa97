import type { Prediction } from './predictions.ts';
import type { Stimulus } from './words.ts';

/** One question of the quiz. Its program is `questions/ID.js` (or `.cjs`), and what it does is the answer. */
export interface QuestionPlan extends Omit<Stimulus, 'id' | 'play'> {
  /** What the learner predicts, as a question about the program that is shown. */
  readonly prompt: string;
  /** How the answer is read from what the real process did. */
  readonly predicts: Prediction;
  /** What may be chosen from; the real answer has to be one of them. Where there are none, the learner types. */
  readonly choices?: readonly string[];
  readonly nodeFlags?: readonly string[];
  /** Waits for the end where nothing else is to be done. */
  readonly play?: Stimulus['play'];
  /** Why the process did what it did, in a few sentences that are told after the answer. */
  readonly because: string;
  /** The heading in the lesson's guide where to read on. */
  readonly section: string;
  /** Which Node versions answer differently, where they do. */
  readonly differs?: string;
  /** Which of the level's ten self-check questions this one answers, from 1 to 10. */
  readonly selfCheck?: number;
}

export interface Question extends Omit<QuestionPlan, 'play'>, Stimulus {}

/** Declares a question. Its id names its program. */
export const question = (id: string, plan: QuestionPlan): Question => {
  if (plan.choices !== undefined && new Set(plan.choices).size < 2)
    throw new TypeError(`Question "${id}" leaves nothing to choose.`);
  return {
    id,
    ...plan,
    play: async (app, draw, stage) => {
      if (plan.play === undefined) await app.gone();
      else await plan.play(app, draw, stage);
    },
  };
};
