import type { Command } from '../cli/command.ts';

interface Options {
  readonly json?: boolean;
}

export const list: Command<Options> = {
  name: 'list',
  summary: 'Show all topics at a glance: guides, examples, pitfalls, questions, exercises, and what is done',
  positional: [],
  options: [{ flag: '--json', summary: 'print one JSON document and nothing else' }],
  examples: ['proc-course list', 'proc-course list --json'],
  async run({ options }, around) {
    const { showList } = await import('./listing/show-list.ts');
    return await showList(options, around);
  },
};
