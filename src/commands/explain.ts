import { type Command, Interrupted } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

export const explain: Command = {
  name: 'explain',
  summary: 'Say what a check does to the process, why, and what production does where it is wrong',
  positional: [
    { flag: '<check>', summary: 'its id, or EXERCISE/ID where several have one: 1/stops-on-sigterm' },
  ],
  options: [],
  examples: ['proc-course explain 1/answers-in-flight', 'proc-course explain exercise-4/stops-on-sigterm'],
  async run({ positional: [typed = ''] }, around) {
    const [{ findCheck }, { explainCheck }] = await Promise.all([
      import('./checking/find-check.ts'),
      import('./checking/explain-check.ts'),
    ]);
    await explainCheck(await findCheck(typed, 'explain'), around);
    if (around.interrupted.aborted) throw new Interrupted();
    return exitCode.passed;
  },
};
