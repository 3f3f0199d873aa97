import type { Command } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import type { LearningPath } from '../grading/learning-path.ts';

export const path: Command = {
  name: 'path',
  summary: 'The course by day, the quick start, and what you have shown that you can do',
  positional: [],
  options: [],
  examples: ['proc-course path'],
  async run(_, around) {
    const { console } = around;
    const [
      { loadOverview },
      { loadPath },
      { progressFileFor, readProgress },
      { describePath },
      { showPaged },
    ] = await Promise.all([
      import('../course/overview.ts'),
      import('../course/course.ts'),
      import('../progress/progress-file.ts'),
      import('./leading/describe-path.ts'),
      import('../cli/pager.ts'),
    ]);
    const [topics, plan, { progress, notice }] = await Promise.all([
      loadOverview(),
      loadPath() as Promise<LearningPath>,
      readProgress(await progressFileFor(around)),
    ]);
    await showPaged(describePath(plan, { topics, progress }, console).join('\n'), around);
    if (notice) console.err(notice);
    return exitCode.passed;
  },
};
