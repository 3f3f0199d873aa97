import tab from '@bomb.sh/tab';
import { loadOverview, type Topic } from '../../course/overview.ts';
import { commands } from '../index.ts';

const program = 'proc-course';

/** What a word in angle brackets of a command's usage may be, by that word. */
const idsOf: Record<string, (topics: readonly Topic[]) => readonly { id: string; title: string }[]> = {
  exercise: (topics) => topics.flatMap(({ exercises }) => exercises),
  example: (topics) => topics.flatMap(({ examples }) => examples),
  topic: (topics) => topics,
};

/** Prints the script that a shell reads once. */
export async function printScript(shell: string): Promise<void> {
  await declareWords();
  tab.setup(program, program, shell);
}

/** Answers a shell that asks how these words may go on. */
export async function answerShell(words: readonly string[]): Promise<void> {
  await declareWords();
  tab.parse([...words]);
}

async function declareWords(): Promise<void> {
  const topics = await loadOverview();
  for (const { name, summary, positional, options } of commands) {
    const command = tab.command(name, summary);
    for (const { flag } of positional) {
      const word = flag.replace(/[<>[\]]/g, '');
      const ids = idsOf[word]?.(topics) ?? [];
      command.argument(word, (suggest) => {
        for (const { id, title } of ids) suggest(id, title);
      });
    }
    for (const option of options) {
      const [long = '', value] = option.flag.split(' ');
      // An option with a value is told apart from a switch by having somebody to ask for values.
      if (value === undefined) command.option(long.slice(2), option.summary);
      else command.option(long.slice(2), option.summary, () => {});
    }
  }
}
