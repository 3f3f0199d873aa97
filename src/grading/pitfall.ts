import type { Claim } from './claim.ts';
import type { Stimulus } from './words.ts';

/** A common mistake: two programs, `pitfalls/ID/wrong.js` and `pitfalls/ID/right.js`, that meet the same stimulus. */
export interface PitfallPlan extends Omit<Stimulus, 'id'> {
  /** What is done to both, as one whole sentence. */
  readonly stimulus: string;
  /** What differed and why, in two sentences that are told after both have ended. */
  readonly difference: string;
  /** The heading in the lesson's guide where to read on. */
  readonly section: string;
  /** What is seen of the wrong program: the harm that it does. */
  readonly wrong: readonly Claim[];
  /** What is seen of the right one. */
  readonly right: readonly Claim[];
}

export interface Pitfall extends PitfallPlan {
  readonly id: string;
  readonly title: string;
}

/** Declares a pitfall. Its id names the folder with both programs, its title is the mistake in words. */
export const pitfall = (id: string, title: string, plan: PitfallPlan): Pitfall => {
  if (plan.wrong.length === 0 || plan.right.length === 0)
    throw new TypeError(`Pitfall "${id}" has to claim something of both programs.`);
  return { id, title, ...plan };
};
