import type { Command } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly json?: boolean;
}

export const list: Command<Options> = {
  name: 'list',
  summary: 'Show all topics at a glance: guides, examples, pitfalls, questions, exercises, and what is done',
  positional: [],
  options: [{ flag: '--json', summary: 'print one JSON document and nothing else' }],
  examples: ['proc-course list', 'proc-course list --json'],
  async run({ options }, around) {
    const { console } = around;
    const [{ loadOverview }, { progressFileFor, readProgress }, { listAsJson, listForPeople }] =
      await Promise.all([
        import('../course/overview.ts'),
        import('../progress/progress-file.ts'),
        import('./listing/listing.ts'),
      ]);
    const { progress, notice } = await readProgress(await progressFileFor(around));
    const topics = await loadOverview();
    if (options.json) {
      console.out(JSON.stringify(listAsJson(topics, progress), null, 2));
      return exitCode.passed;
    }
    for (const line of listForPeople(topics, progress, console)) console.out(line);
    if (notice) console.err(notice);
    return exitCode.passed;
  },
};
