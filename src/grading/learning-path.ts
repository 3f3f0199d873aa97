/** What shows that something was learned: an exercise passed, an example's scenes seen, a topic's questions answered. */
export type PathEvidence =
  | { readonly passed: string }
  | { readonly seen: string }
  | { readonly answered: string };

/** A thing to do on a day. Where no evidence of it can be, the learner alone knows whether it is done. */
export interface PathItem {
  readonly text: string;
  /** The command to type, without the tool's name. */
  readonly command?: string;
  readonly evidence: readonly PathEvidence[];
}

export interface PathDay {
  readonly title: string;
  readonly items: readonly PathItem[];
}

/** What a learner can do in the end, with all that has to be there before it is ticked. */
export interface PathGoal {
  readonly text: string;
  readonly evidence: readonly PathEvidence[];
}

/** The calendar of the course, and what is learned by it. */
export interface LearningPath {
  readonly weeks: readonly { readonly title: string; readonly days: readonly PathDay[] }[];
  readonly quickStart: readonly PathItem[];
  readonly objectives: readonly PathGoal[];
  readonly practicalChecks: readonly PathGoal[];
}
