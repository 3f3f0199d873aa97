import type { Command } from '../cli/command.ts';

export interface WatchOptions {
  readonly file?: string;
}

export const watch: Command<WatchOptions> = {
  name: 'watch',
  summary: 'Check an exercise again at each save, and show what has changed',
  positional: [{ flag: '[exercise]', summary: 'its id; the first that has not passed where none is given' }],
  options: [{ flag: '--file <path>', summary: 'watch this file instead of the one in this folder' }],
  examples: ['proc-course watch', 'proc-course watch exercise-2'],
  async run({ positional: [typed], options }, around) {
    const { watchExercise } = await import('./watching/watch-exercise.ts');
    return await watchExercise(typed, options, around);
  },
};
