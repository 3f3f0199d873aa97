import { type Command, UsageError } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

export const reset: Command = {
  name: 'reset',
  summary: 'Begin an exercise anew: your file is kept under a numbered name, always',
  positional: [{ flag: '<exercise>', summary: 'its id' }],
  options: [],
  examples: ['proc-course reset exercise-1'],
  async run({ positional: [typed = ''] }, { console, cwd }) {
    const [
      { relative },
      { exerciseNamed },
      { findPrograms },
      { readStarter },
      { resetExercise },
      { courseRoot },
    ] = await Promise.all([
      import('node:path'),
      import('./checking/current-exercise.ts'),
      import('../workspace/find-program.ts'),
      import('../workspace/lay-out.ts'),
      import('../workspace/reset.ts'),
      import('../course/course.ts'),
    ]);
    const exercise = exerciseNamed(typed);
    const [first, ...others] = findPrograms(cwd, exercise);
    if (first === undefined)
      throw new UsageError(`There is no file for ${exercise} in ${cwd}.`, 'proc-course init');
    const { written, backups } = await resetExercise({
      files: [first, ...others],
      starterOf: (language) => readStarter(courseRoot, exercise, language),
    }).catch((error: Error) => {
      throw new UsageError(
        `${exercise} could not be reset: ${error.message}.`,
        `proc-course check ${exercise}`,
      );
    });
    for (const backup of backups) console.out(`${console.color.yellow('kept')}   ${relative(cwd, backup)}`);
    console.out(`${console.color.green('wrote')}  ${relative(cwd, written)}`);
    return exitCode.passed;
  },
};
