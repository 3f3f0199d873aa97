import type { Command } from '../cli/command.ts';
import { check } from './check.ts';
import { guide } from './guide.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { next } from './next.ts';
import { path } from './path.ts';
import { pitfall } from './pitfall.ts';
import { quiz } from './quiz.ts';
import { run } from './run.ts';
import { show } from './show.ts';

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
];
