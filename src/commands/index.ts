import type { Command } from '../cli/command.ts';
import { check } from './check.ts';
import { complete } from './complete.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { guide } from './guide.ts';
import { hint } from './hint.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { next } from './next.ts';
import { path } from './path.ts';
import { pitfall } from './pitfall.ts';
import { progress } from './progress.ts';
import { quiz } from './quiz.ts';
import { replay } from './replay.ts';
import { reset } from './reset.ts';
import { run } from './run.ts';
import { show } from './show.ts';
import { solution } from './solution.ts';
import { watch } from './watch.ts';

/** All commands, in the order in which help lists them: the order in which a learner needs them. */
export const commands: readonly Command<never>[] = [
  next,
  list,
  path,
  guide,
  run,
  show,
  pitfall,
  quiz,
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
