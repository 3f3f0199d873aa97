import type { Command } from '../cli/command.ts';
import { check } from './check.ts';
import { init } from './init.ts';
import { list } from './list.ts';
import { run } from './run.ts';

/** All commands, in the order in which help lists them: the order in which a learner needs them. */
export const commands: readonly Command<never>[] = [list, run, init, check];
