import type { Question } from '../grading/question.ts';
import { type FreshPlay, playFresh } from './play-fresh.ts';

/** Runs a question's program, and resolves to what it answered. No answer is kept anywhere: this is the only one. */
export async function answerOf(
  question: Question,
  { file, ...how }: Omit<FreshPlay, 'program'> & { readonly file: string },
): Promise<string> {
  const program = { file, nodeFlags: question.nodeFlags ?? [] };
  const answer = await playFresh(question, { ...how, program }, (timeline) =>
    question.predicts.read(timeline),
  );
  if (answer !== undefined) return answer;
  throw new Error(`The program of the question "${question.id}" never came so far that it could answer.`);
}
