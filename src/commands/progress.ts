import { type Command, UsageError } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly json?: boolean;
  readonly rebuild?: boolean;
  readonly local?: boolean;
}

export const progress: Command<Options> = {
  name: 'progress',
  summary: 'Show what is passed, seen and answered, and what has changed since',
  positional: [],
  options: [
    { flag: '--json', summary: 'print one JSON document and nothing else' },
    { flag: '--rebuild', summary: 'grade every exercise of this folder again, and record what is found' },
    { flag: '--local', summary: 'keep progress in this folder from now on' },
  ],
  examples: ['proc-course progress', 'proc-course progress --rebuild', 'proc-course progress --local'],
  async run({ options }, around) {
    const chosen = (['json', 'rebuild', 'local'] as const).filter((name) => options[name]);
    if (chosen.length > 1) {
      throw new UsageError(
        `--${chosen.join(' and --')} exclude each other.`,
        `proc-course progress --${chosen[0]}`,
      );
    }
    if (options.rebuild) {
      const { rebuildProgress } = await import('./checking/rebuild-progress.ts');
      return await rebuildProgress(around);
    }
    if (options.local) {
      if (around.env.PROC_COURSE_STATE_DIR) {
        throw new UsageError(
          `PROC_COURSE_STATE_DIR is "${around.env.PROC_COURSE_STATE_DIR}", and decides where progress is kept.`,
          'unset PROC_COURSE_STATE_DIR',
        );
      }
      const { keepProgressHere } = await import('../progress/progress-file.ts');
      const { file, copied } = await keepProgressHere(around);
      around.console.out(`Progress is kept in ${file} from now on.`);
      if (copied)
        around.console.out('What was recorded elsewhere was copied there, and is left where it was.');
      return exitCode.passed;
    }
    const { showProgress } = await import('./checking/show-progress.ts');
    return await showProgress(options, around);
  },
};
