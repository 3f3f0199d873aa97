import type { Command } from '../cli/command.ts';
import { check } from './check.ts';
import { explain } from './explain.ts';
import { hint } from './hint.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { replay } from './replay.ts';
import { reset } from './reset.ts';
import { run } from './run.ts';
import { solution } from './solution.ts';

/** All commands, in the order in which help lists them: the order in which a learner needs them. */
export const commands: readonly Command<never>[] = [
  list,
  run,
  init,
  check,
  hint,
  explain,
  replay,
  solution,
  reset,
];
