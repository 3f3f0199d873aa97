import { type Command, Interrupted } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

export interface ReplayOptions {
  readonly file?: string;
  readonly seed?: string;
  readonly slowly?: string;
}

export const replay: Command<ReplayOptions> = {
  name: 'replay',
  summary: 'Go through a check by hand: its settings and values, your program, each step at a key',
  positional: [
    { flag: '<check>', summary: 'its id, or EXERCISE/ID where several have one: 1/stops-on-sigterm' },
  ],
  options: [
    { flag: '--file <path>', summary: 'play this file instead of the one in this folder' },
    { flag: '--seed <number>', summary: 'the values that were drawn in an earlier run' },
    {
      flag: '--slowly <factor>',
      summary: 'stretch what must still be under way between two steps; 20 on a terminal, 1 elsewhere',
    },
  ],
  examples: ['proc-course replay 1/answers-in-flight', 'proc-course replay 1/stops-on-sigterm --seed 7'],
  async run({ positional: [typed = ''], options }, around) {
    const [{ findCheck }, { replayCheck }] = await Promise.all([
      import('./checking/find-check.ts'),
      import('./checking/replay-check.ts'),
    ]);
    const held = await replayCheck(await findCheck(typed, 'replay'), options, around);
    if (around.interrupted.aborted || held === undefined) throw new Interrupted();
    return held ? exitCode.passed : exitCode.notPassed;
  },
};
