import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { binary, root, Workspace } from '../commands/workspace.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const ctrlC = '\u0003';
const down = '\u001b[B';

/** Every place where the course asks a person: how to get there, and what is to be seen before Ctrl-C is typed. */
const prompts: readonly {
  readonly name: string;
  readonly argv: readonly string[];
  readonly shows: string | RegExp;
  readonly goThere?: (terminal: Terminal) => Promise<void>;
}[] = [
  { name: 'the home menu', argv: [], shows: 'What now?' },
  {
    name: 'the way back to the home menu',
    argv: [],
    shows: 'Enter goes back',
    async goThere(terminal) {
      await terminal.shows('What now?');
      terminal.type(down);
      await terminal.shows(/❯ list/);
      terminal.type('\r');
    },
  },
  {
    name: 'a question of a command that the home menu started',
    argv: [],
    shows: 'Which language do you want to write in?',
    async goThere(terminal) {
      await terminal.shows('What now?');
      terminal.type('init');
      await terminal.shows(/❯ init/);
      terminal.type('\r');
    },
  },
  { name: 'the language of init', argv: ['init', 'somewhere'], shows: 'Which language do you want' },
  { name: 'the consent of hint --all', argv: ['hint', '1', '--all'], shows: 'Show them?' },
  { name: 'a prediction that is typed or chosen', argv: ['quiz', '1'], shows: 'Your prediction:' },
  {
    name: 'the next question of a quiz',
    argv: ['quiz', '1'],
    shows: 'The next question?',
    async goThere(terminal) {
      await terminal.shows('Your prediction:');
      terminal.type(/❯/.test(terminal.screen()) ? '\r' : 'code 0\r');
    },
  },
  { name: 'the keys of run', argv: ['run', '01'], shows: /started the program/ },
  { name: 'the keys of watch', argv: ['watch', '1'], shows: /failure 1 of/ },
  { name: 'the steps of replay', argv: ['replay', '1/refuses-new-connections'], shows: 'next: GET /slow' },
];

describe('Ctrl-C leaves with code 130, no stack trace, and the cursor shown', () => {
  test.each(prompts)('at $name', async ({ argv, shows, goThere }) => {
    using workspace = new Workspace();
    copyFileSync(join(root, 'exercises/exercise-1.ts'), join(workspace.folder, 'exercise-1.ts'));
    await using terminal = openTerminal([process.execPath, binary, ...argv], {
      cwd: workspace.folder,
      rows: 40,
      env: { PROC_COURSE_STATE_DIR: workspace.state },
    });
    await goThere?.(terminal);
    await terminal.shows(shows);
    terminal.type(ctrlC);
    expect((await terminal.ended).code).toBe(130);
    expect(terminal.screen()).not.toMatch(/PromptError|\bat .*:\d+:\d+/);
    const [hidden, shown] = ['\u001b[?25l', '\u001b[?25h'].map((word) => terminal.raw().lastIndexOf(word));
    expect(shown).toBeGreaterThanOrEqual(hidden ?? -1);
  });
});
