import type { Command } from '../cli/command.ts';
import { UsageError } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly lang?: string;
}

const isFirstProgram = (name: string): boolean => /^exercise-1\.[cm]?[jt]s$/.test(name);

const languages = { js: 'JavaScript', ts: 'TypeScript' } as const;
type Language = keyof typeof languages;

export const init: Command<Options> = {
  name: 'init',
  summary: 'Put the exercises into a folder of yours, never over a file that is there',
  positional: [{ flag: '[dir]', summary: 'the folder; this one where none is given' }],
  options: [{ flag: '--lang <language>', summary: 'js or ts; asked on a terminal, js elsewhere' }],
  examples: ['proc-course init', 'proc-course init my-course --lang ts'],
  async run({ positional: [dir = '.'], options }, { console, cwd, interrupted }) {
    const { basename, resolve, relative } = await import('node:path');
    const { layOut } = await import('../workspace/lay-out.ts');
    const { courseRoot, listExercises } = await import('../course/course.ts');
    const language =
      options.lang === undefined
        ? await askForLanguage(console.interactive, interrupted)
        : readLanguage(options.lang);
    const folder = resolve(cwd, dir);
    const { written, kept } = await layOut({
      folder,
      language,
      courseRoot,
      exercises: listExercises().map(({ id }) => id),
    }).catch((error: NodeJS.ErrnoException) => {
      throw new UsageError(
        `"${dir}" cannot be made a workspace: ${error.message}.`,
        'proc-course init another-folder',
      );
    });
    const shown = (file: string): string => relative(cwd, file) || file;
    for (const file of written) console.out(`${console.color.green('wrote')}  ${shown(file)}`);
    for (const file of kept) console.out(`${console.color.yellow('kept')}   ${shown(file)}, which was there`);
    const enter = folder === resolve(cwd) ? '' : `cd ${dir.includes(' ') ? `"${dir}"` : dir} && `;
    console.out();
    const starter = [...written, ...kept].map((file) => basename(file)).find(isFirstProgram);
    console.out(`Read exercise-1.md, write into ${starter ?? 'exercise-1'}, and see how far you are:`);
    console.out(`  ${console.color.cyan(`${enter}npx proc-course check exercise-1`)}`);
    return exitCode.passed;
  },
};

function readLanguage(text: string): Language {
  const wanted = text.toLowerCase();
  const found = (Object.keys(languages) as Language[]).find(
    (key) => key === wanted || languages[key].toLowerCase() === wanted,
  );
  if (found === undefined)
    throw new UsageError(
      `There is no language "${text}"; the exercises come in js and ts.`,
      'proc-course init --lang js',
    );
  return found;
}

async function askForLanguage(interactive: boolean, interrupted: AbortSignal): Promise<Language> {
  if (!interactive) return 'js';
  const { select } = await import('@inquirer/prompts');
  const question = {
    message: 'Which language do you want to write in?',
    choices: (Object.keys(languages) as Language[]).map((value) => ({ value, name: languages[value] })),
  };
  return await select(question, { signal: interrupted });
}
