import { type Command, type Surroundings, UsageError } from '../cli/command.ts';
import { type ExitCode, exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly all?: boolean;
  readonly yes?: boolean;
}

export const hint: Command<Options> = {
  name: 'hint',
  summary: 'Show the next hint for what fails now',
  positional: [{ flag: '[exercise]', summary: 'its id; the first that has not passed where none is given' }],
  options: [
    { flag: '--all', summary: 'show all hints of the exercise; asks first' },
    { flag: '--yes', summary: 'do not ask' },
  ],
  examples: ['proc-course hint', 'proc-course hint exercise-3', 'proc-course hint 3 --all'],
  async run({ positional: [typed], options }, around) {
    const [{ currentExercise }, { readProgress, progressFileFor }, { loadHints }] = await Promise.all([
      import('./checking/current-exercise.ts'),
      import('../progress/progress-file.ts'),
      import('../course/hints.ts'),
    ]);
    const { progress } = await readProgress(await progressFileFor(around));
    const exercise = currentExercise(typed, progress, around.cwd);
    const hints = loadHints(exercise);
    if (options.all) {
      await agreeToAll(exercise, options, around);
      return await show(exercise, hints, around);
    }
    const { openChecks } = await import('./checking/open-checks.ts');
    const open = await openChecks(exercise, around);
    const { hintsFor } = await import('../course/hints.ts');
    const helping = hintsFor(hints, open);
    const shown = progress.hints[exercise] ?? [];
    const next = helping.find(({ number }) => !shown.includes(number)) ?? helping.at(-1);
    if (open.length === 0 || next === undefined) {
      around.console.out(`Every check of ${exercise} passes; there is nothing to hint at.`);
      around.console.out(`Try: proc-course solution ${exercise}`);
      return exitCode.passed;
    }
    await show(exercise, [next], around);
    if (shown.includes(next.number)) {
      around.console.out();
      around.console.out(
        `That was the last hint for what fails now. What a check does: proc-course explain ${exercise}/${open[0]}`,
      );
    }
    return exitCode.passed;
  },
};

async function agreeToAll(
  exercise: string,
  { yes }: Options,
  { console, interrupted }: Surroundings,
): Promise<void> {
  if (yes) return;
  const next = `proc-course hint ${exercise} --all --yes`;
  if (!console.interactive)
    throw new UsageError(
      'All hints at once leave nothing to find out, so they are shown only with --yes here.',
      next,
    );
  const { confirm } = await import('@inquirer/prompts');
  const message = 'All hints at once leave little to find out. Show them?';
  if (!(await confirm({ message, default: false }, { signal: interrupted })))
    throw new UsageError('No hint was shown.', `proc-course hint ${exercise}`);
}

async function show(
  exercise: string,
  hints: readonly import('../course/hints.ts').Hint[],
  around: Surroundings,
): Promise<ExitCode> {
  const [{ wrap }, { withHints }, { progressFileFor, updateProgress }] = await Promise.all([
    import('../report/columns.ts'),
    import('../progress/progress.ts'),
    import('../progress/progress-file.ts'),
  ]);
  const { console } = around;
  const width = Math.min(console.width, 100);
  for (const { number, title, checks, text } of hints) {
    console.out(console.color.bold(`${exercise}, hint ${number}: ${title}`));
    console.out(console.color.dim(wrap(`For ${checks.join(', ')}`, width, '')));
    console.out();
    for (const paragraph of text.split(/\n{2,}/))
      console.out(`${wrap(paragraph.replaceAll('\n', ' '), width, '')}\n`);
  }
  const numbers = hints.map(({ number }) => number);
  const notice = await updateProgress(await progressFileFor(around), (before) =>
    withHints(before, exercise, numbers),
  );
  if (notice) console.err(notice);
  return exitCode.passed;
}
