import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Interrupted, type Surroundings, UsageError } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { readTimeScale } from '../../cli/time-scale.ts';
import { theEnd } from '../../grading/predictions.ts';
import type { Question } from '../../grading/question.ts';
import { answerOf } from '../../player/play-question.ts';
import { onTheatre } from '../../player/player.ts';
import { tellEvent } from '../../player/tell.ts';
import { tellProgram, tellVerdict } from '../../player/tell-question.ts';
import { answerKey, isAnswered, isAnsweredRight } from '../../progress/evidence.ts';
import { withAnswer } from '../../progress/progress.ts';
import { progressFileFor, readProgress } from '../../progress/progress-file.ts';
import { inOrderOfAsking, type Standing } from '../../quiz/order.ts';
import { compare, readChoice, readEnd } from '../../quiz/read-prediction.ts';
import { idFor } from '../finding/by-id.ts';
import { type FoundQuestion, loadCatalogue } from '../finding/catalogue.ts';
import { record } from '../recording/record.ts';

export type Quiz = readonly FoundQuestion[];
export type Standings = (found: FoundQuestion) => Standing;

/** The questions of a topic, or of all, and how each stands with the learner. */
export async function openQuiz(
  typed: string | undefined,
  around: Surroundings,
): Promise<{ quiz: Quiz; standings: Standings }> {
  const [{ questions }, { progress, notice }] = await Promise.all([
    loadCatalogue(),
    readProgress(await progressFileFor(around)),
  ]);
  if (notice) around.console.err(notice);
  const standings: Standings = ({ topic, question }) => {
    if (!isAnswered(progress, topic, question.id)) return 'new';
    return isAnsweredRight(progress, topic, question.id) ? 'right' : 'wrong';
  };
  if (typed === undefined) return { quiz: questions, standings };
  const topics = [...new Set(questions.map(({ topic }) => topic))];
  const wanted = idFor(typed, topics, {
    kind: 'topic with questions',
    next: (id) => `proc-course quiz ${id}`,
  });
  return { quiz: questions.filter(({ topic }) => topic === wanted), standings };
}

export function findQuestion(typed: string, quiz: Quiz): FoundQuestion {
  const id = idFor(
    typed,
    quiz.map(({ question }) => question.id),
    { kind: 'question', next: (near) => `proc-course quiz --question ${near}` },
  );
  const found = quiz.find(({ question }) => question.id === id);
  if (found === undefined) throw new Error(`The question ${id} was found and is not there.`);
  return found;
}

/** What was typed as a prediction, or a UsageError that says what can be predicted. */
export function readTyped(typed: string, question: Question): string {
  const problem = problemWith(typed, question);
  if (problem === undefined) return typed;
  throw new UsageError(problem, `proc-course quiz --question ${question.id}`);
}

function problemWith(typed: string, { choices, predicts }: Question): string | undefined {
  if (typed.trim() === '') return 'Nothing was predicted.';
  if (choices !== undefined) {
    if (readChoice(typed, choices) !== undefined) return undefined;
    return `"${typed}" is not among what may be predicted: ${choices.join(', ')}.`;
  }
  if (predicts === theEnd && readEnd(typed) === undefined)
    return `"${typed}" is no exit code, no signal, and not "still running".`;
  return undefined;
}

export async function showQuestion(found: FoundQuestion, { console }: Surroundings): Promise<void> {
  const source = await readFile(found.file, 'utf8');
  tellProgram(found.question, { ...found, source }, console);
}

/** Runs the real process, tells what it did, compares, and remembers. Resolves to whether the prediction was right. */
export async function judge(
  { question, topic, file }: FoundQuestion,
  typed: string,
  around: Surroundings,
): Promise<boolean> {
  const { console, env, interrupted } = around;
  console.out();
  const answer = await onTheatre({ timeScale: readTimeScale(env) }, interrupted, (theatre) =>
    answerOf(question, {
      theatre,
      file,
      seed: randomInt(2 ** 31),
      onEvent: (event) => void (interrupted.aborted || tellEvent(event, console)),
      onAgain: (reason) => console.out(console.color.yellow(`It begins anew: ${reason}`)),
    }),
  );
  if (answer === undefined || interrupted.aborted) throw new Interrupted();
  const meant = question.choices === undefined ? typed : (readChoice(typed, question.choices) ?? typed);
  const { right, note } =
    question.choices === undefined ? compare(typed, answer) : { right: meant === answer };
  tellVerdict(question, { typed: meant, answer, right, ...(note && { note }) }, { topic }, console);
  const given = { answeredAt: new Date().toISOString(), right };
  await record((before) => withAnswer(before, answerKey(topic, question.id), given), around);
  return right;
}

/** Asks one question after another, until the learner has had enough or there are no more. */
export async function askInTurn(
  { quiz, standings }: { quiz: Quiz; standings: Standings },
  around: Surroundings,
): Promise<ExitCode> {
  const { console, interrupted } = around;
  const { confirm, input, select } = await import('@inquirer/prompts');
  const context = { signal: interrupted };
  const order = inOrderOfAsking(quiz, standings);
  const open = order.filter((found) => standings(found) !== 'right').length;
  console.out(
    open === 0
      ? `All ${quiz.length} questions are answered right. They are asked once more.`
      : `${open} of ${quiz.length} questions are open. Ctrl-C leaves; what was answered is kept.`,
  );
  let right = 0;
  let asked = 0;
  for (const [index, found] of order.entries()) {
    const { question } = found;
    await showQuestion(found, around);
    const typed =
      question.choices === undefined
        ? await input(
            { message: 'Your prediction:', validate: (text) => problemWith(text, question) ?? true },
            context,
          )
        : await select(
            { message: 'Your prediction:', choices: question.choices.map((value) => ({ value })) },
            context,
          );
    asked += 1;
    if (await judge(found, typed, around)) right += 1;
    console.out();
    if (index < order.length - 1 && !(await confirm({ message: 'The next question?' }, context))) break;
  }
  console.out(`${right} of ${asked} predicted right.`);
  return exitCode.passed;
}
