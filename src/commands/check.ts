import type { Command } from '../cli/command.ts';
import type { CheckOptions } from './checking/plan.ts';

export const check: Command<CheckOptions> = {
  name: 'check',
  summary: 'Grade an exercise: start it, send it real signals, and judge what the system saw',
  positional: [
    {
      flag: '[exercise]',
      summary: 'its id, or a part of it: exercise-1, 1; all exercises of this folder without it',
    },
  ],
  options: [
    { flag: '--file <path>', summary: 'grade this file instead of the one in this folder' },
    {
      flag: '--only <check>',
      summary: 'play one check, by its id, or all checks of one point, by its number',
    },
    { flag: '--seed <number>', summary: 'replay the values that were drawn in an earlier run' },
    { flag: '--reporter <name>', summary: 'human, json, junit, tap or github' },
    { flag: '--json', summary: 'the same as --reporter json: one JSON document and nothing else' },
    { flag: '--html <file>', summary: 'write a page with the timelines of all checks, to zoom and to send' },
    { flag: '--verbose', summary: 'show all that was seen, for every check' },
  ],
  examples: [
    'proc-course check exercise-1',
    'proc-course check 1 --only answers-in-flight',
    'proc-course check 1 --html timeline.html',
    'proc-course check --reporter junit',
    'proc-course check exercise-1 --file service.mjs --json',
  ],
  async run({ positional: [typed], options }, around) {
    const { checkFile } = await import('./checking/check-file.ts');
    return await checkFile(typed, options, around);
  },
};
