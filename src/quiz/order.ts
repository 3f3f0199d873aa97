/** How a question stands with a learner. */
export type Standing = 'new' | 'wrong' | 'right';

/** The order in which questions are asked: what is open first, in course order, then what is known already. */
export const inOrderOfAsking = <Q>(
  questions: readonly Q[],
  standingOf: (question: Q) => Standing,
): readonly Q[] => [
  ...questions.filter((question) => standingOf(question) !== 'right'),
  ...questions.filter((question) => standingOf(question) === 'right'),
];
