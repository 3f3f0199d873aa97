import type { Command } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

export const next: Command = {
  name: 'next',
  summary: 'What to do now, and why',
  positional: [],
  options: [],
  examples: ['proc-course next'],
  async run(_, around) {
    const { console } = around;
    const [{ loadOverview }, { progressFileFor, readProgress }, { describeNext }] = await Promise.all([
      import('../course/overview.ts'),
      import('../progress/progress-file.ts'),
      import('./leading/describe-next.ts'),
    ]);
    const { progress, notice } = await readProgress(await progressFileFor(around));
    for (const line of describeNext(await loadOverview(), progress, console)) console.out(line);
    if (notice) console.err(notice);
    return exitCode.passed;
  },
};
