import { type Command, UsageError } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export const complete: Command = {
  name: 'complete',
  summary: 'Print the script that lets your shell complete commands, options and ids',
  positional: [{ flag: '[shell]', summary: shells.join(', ') }],
  options: [],
  examples: [
    'source <(proc-course complete bash)',
    'source <(proc-course complete zsh)',
    'proc-course complete fish | source',
  ],
  async run({ positional: [shell], rest }) {
    const { answerShell, printScript } = await import('./completing/complete-words.ts');
    if (shell === undefined && rest.length > 0) await answerShell(rest);
    else if ((shells as readonly (string | undefined)[]).includes(shell)) await printScript(shell as string);
    else {
      const sentence =
        shell === undefined
          ? 'No shell is named.'
          : `There is no completion for the shell "${shell}"; there is for ${shells.join(', ')}.`;
      throw new UsageError(sentence, 'proc-course complete bash');
    }
    return exitCode.passed;
  },
};
