import type { Command } from '../cli/command.ts';
import { check } from './check.ts';
import { complete } from './complete.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { hint } from './hint.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { progress } from './progress.ts';
import { replay } from './replay.ts';
import { reset } from './reset.ts';
import { run } from './run.ts';
import { solution } from './solution.ts';
import { watch } from './watch.ts';

/** All commands, in the order in which help lists them: the order in which a learner needs them. */
export const commands: readonly Command<never>[] = [
  list,
  run,
  init,
  check,
  watch,
  hint,
  explain,
  replay,
  solution,
  reset,
  progress,
  doctor,
  complete,
];
