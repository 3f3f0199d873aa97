import type { Command } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

export const show: Command = {
  name: 'show',
  summary: 'Read the source of an example, of a pitfall, or of a question',
  positional: [
    { flag: '<example>', summary: 'its id, or a part of it; the id of a pitfall or of a question as well' },
  ],
  options: [],
  examples: ['proc-course show 02-graceful-shutdown', 'proc-course show 02 | less'],
  async run({ positional: [typed = ''] }, around) {
    const [{ readFile }, { findPrograms }, { listSource }, { showPaged }] = await Promise.all([
      import('node:fs/promises'),
      import('./finding/programs.ts'),
      import('../report/source-code.ts'),
      import('../cli/pager.ts'),
    ]);
    const { color } = around.console;
    const listings = await Promise.all(
      (await findPrograms(typed)).map(async ({ title, file }) =>
        [
          color.bold(title),
          color.dim(file),
          '',
          ...listSource(await readFile(file, 'utf8'), around.console),
        ].join('\n'),
      ),
    );
    await showPaged(listings.join('\n\n'), around);
    return exitCode.passed;
  },
};
