import type { Command, Surroundings } from '../../cli/command.ts';
import { listExercises, loadGrader } from '../../course/course.ts';
import { loadOverview } from '../../course/overview.ts';
import type { Grader } from '../../grading/words.ts';
import { findPrograms } from '../../workspace/find-program.ts';

interface Choice {
  readonly value: string;
  readonly name: string;
}

/** What may stand for an argument, by the word that the command's usage has for it. */
const choicesFor: Record<string, (around: Surroundings) => Promise<Choice[]>> = {
  exercise: async ({ cwd }) =>
    listExercises().map(({ id, title }) => {
      const here = findPrograms(cwd, id).length > 0 ? '' : ' (no file here)';
      return { value: id, name: `${id}  ${title}${here}` };
    }),
  example: async () =>
    (await loadOverview()).flatMap(({ examples }) =>
      examples.map(({ id, title }) => ({ value: id, name: `${id}  ${title}` })),
    ),
  topic: async () =>
    (await loadOverview()).map(({ id, title }) => ({ value: id, name: `${id.slice(0, 2)}  ${title}` })),
  check: async () => {
    const graders = await Promise.all(listExercises().map(({ id }) => loadGrader(id) as Promise<Grader>));
    return graders.flatMap(({ exercise, scenarios }) =>
      scenarios.map(({ id }) => ({ value: `${exercise}/${id}`, name: `${exercise}/${id}` })),
    );
  },
};

/** Asks for what a command takes, first choice first; undefined where the learner goes back instead. */
export async function askForArguments(
  { positional }: Command,
  around: Surroundings,
): Promise<readonly string[] | undefined> {
  const [first] = positional;
  const word = first?.flag.replace(/[<>[\]]/g, '') ?? '';
  const choices = await choicesFor[word]?.(around);
  if (first === undefined || choices === undefined) return [];
  const { select } = await import('@inquirer/prompts');
  const isOptional = first.flag.startsWith('[');
  const back = '';
  const without = ' ';
  const question = {
    message: `Which ${word}?`,
    pageSize: 12,
    loop: false,
    choices: [
      ...(isOptional ? [{ value: without, name: 'none in particular' }] : []),
      ...choices,
      { value: back, name: 'back' },
    ],
  };
  const chosen = await select(question, { signal: around.interrupted });
  if (chosen === back) return undefined;
  return chosen === without ? [] : [chosen];
}
