import { type Command, UsageError } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly spoil?: boolean;
  readonly diff?: boolean;
}

export const solution: Command<Options> = {
  name: 'solution',
  summary: 'Show the solutions of an exercise that you have passed, and how they differ',
  positional: [
    { flag: '<exercise>', summary: 'its id' },
    { flag: '[approach]', summary: 'the name of one solution, to print it' },
  ],
  options: [
    { flag: '--spoil', summary: 'show them before the exercise is passed' },
    { flag: '--diff', summary: 'compare a solution with your file' },
  ],
  examples: [
    'proc-course solution exercise-1',
    'proc-course solution exercise-1 linear',
    'proc-course solution 1 linear --diff',
  ],
  async run({ positional: [typed = '', approach], options }, around) {
    const [{ exerciseNamed }, { readProgress, progressFileFor }, show] = await Promise.all([
      import('./checking/current-exercise.ts'),
      import('../progress/progress-file.ts'),
      import('./checking/show-solution.ts'),
    ]);
    const exercise = exerciseNamed(typed);
    const { progress } = await readProgress(await progressFileFor(around));
    if (!(exercise in progress.exercises) && options.spoil !== true) {
      throw new UsageError(
        `${exercise} has not passed yet; its solutions would take from you what it has to teach.`,
        `proc-course hint ${exercise}`,
      );
    }
    if (options.diff) await show.compareWithOwn(exercise, approach, around);
    else if (approach === undefined) show.compareApproaches(exercise, around);
    else show.printApproach(exercise, approach, around);
    return exitCode.passed;
  },
};
