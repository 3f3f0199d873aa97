import type { Command } from '../cli/command.ts';

export interface WatchOptions {
  readonly file?: string;
  readonly html?: string;
}

export const watch: Command<WatchOptions> = {
  name: 'watch',
  summary: 'Check an exercise again at each save, and show what has changed',
  positional: [{ flag: '[exercise]', summary: 'its id; the first that has not passed where none is given' }],
  options: [
    { flag: '--file <path>', summary: 'watch this file instead of the one in this folder' },
    { flag: '--html <file>', summary: 'write a page with the timelines of all checks, anew at each round' },
  ],
  examples: [
    'proc-course watch',
    'proc-course watch exercise-2',
    'proc-course watch exercise-2 --html timeline.html',
  ],
  async run({ positional: [typed], options }, around) {
    const { watchExercise } = await import('./watching/watch-exercise.ts');
    return await watchExercise(typed, options, around);
  },
};
