import { type Command, type Surroundings, UsageError } from '../cli/command.ts';
import { type ExitCode, exitCode } from '../cli/exit-code.ts';
import type { Quiz, Standings } from './quizzing/quiz.ts';

interface Options {
  readonly list?: boolean;
  readonly json?: boolean;
  readonly answer?: string;
  readonly question?: string;
}

export const quiz: Command<Options> = {
  name: 'quiz',
  summary: 'Predict what a process will do; then the real process answers',
  positional: [{ flag: '[topic]', summary: 'its id, or a part of it; all topics where none is given' }],
  options: [
    { flag: '--list', summary: 'list the questions and which are answered' },
    { flag: '--json', summary: 'with --list: print one JSON document and nothing else' },
    { flag: '--question <id>', summary: 'show one question' },
    { flag: '--answer <id=prediction>', summary: 'answer one question without being asked' },
  ],
  examples: [
    'proc-course quiz',
    'proc-course quiz 07',
    'proc-course quiz --question exit-in-exit',
    'proc-course quiz --answer exit-in-exit=0',
  ],
  async run({ positional: [typed], options }, around) {
    const { askInTurn, openQuiz } = await import('./quizzing/quiz.ts');
    const opened = await openQuiz(typed, around);
    if (options.list || options.json) return await list(opened, options.json === true, around);
    if (options.question !== undefined) return await show(options.question, opened.quiz, around);
    if (options.answer !== undefined) return await answer(options.answer, opened.quiz, around);
    if (around.console.interactive) return await askInTurn(opened, around);
    throw new UsageError('There is no terminal on which to ask you.', 'proc-course quiz --list');
  },
};

async function list(
  { quiz, standings }: { quiz: Quiz; standings: Standings },
  asJson: boolean,
  { console }: Surroundings,
): Promise<ExitCode> {
  const { listForPeople, listAsJson } = await import('./quizzing/list-questions.ts');
  if (asJson) console.out(JSON.stringify(listAsJson(quiz, standings), null, 2));
  else for (const line of listForPeople(quiz, standings, console)) console.out(line);
  return exitCode.passed;
}

async function show(typed: string, quiz: Quiz, around: Surroundings): Promise<ExitCode> {
  const { findQuestion, showQuestion } = await import('./quizzing/quiz.ts');
  const found = findQuestion(typed, quiz);
  await showQuestion(found, around);
  around.console.out();
  around.console.out(
    `   Answer it: ${around.console.color.cyan(`proc-course quiz --answer ${found.question.id}=PREDICTION`)}`,
  );
  return exitCode.passed;
}

async function answer(text: string, quiz: Quiz, around: Surroundings): Promise<ExitCode> {
  const { findQuestion, judge, readTyped } = await import('./quizzing/quiz.ts');
  const at = text.indexOf('=');
  if (at === -1)
    throw new UsageError(
      `"${text}" is no answer: it takes a question's id, "=", and what you predict.`,
      `proc-course quiz --answer ${quiz[0]?.question.id}=0`,
    );
  const found = findQuestion(text.slice(0, at).trim(), quiz);
  const typed = readTyped(text.slice(at + 1), found.question);
  return (await judge(found, typed, around)) ? exitCode.passed : exitCode.notPassed;
}
