import type { Command, Surroundings } from '../../cli/command.ts';
import { type ExitCode, exitCode } from '../../cli/exit-code.ts';
import { loadOverview } from '../../course/overview.ts';
import { progressFileFor, readProgress } from '../../progress/progress-file.ts';
import { wrap } from '../../report/columns.ts';
import { describeNext } from '../leading/describe-next.ts';
import { askForArguments } from './ask-for-arguments.ts';
import { startHere } from './start-here.ts';

/** Where the learner is, what is next, and a menu through every command; as text where nobody can choose. */
export async function showHome(commands: readonly Command[], around: Surroundings): Promise<ExitCode> {
  if (!around.console.interactive) {
    await tellWhere(around);
    tellCommands(commands, around);
    return exitCode.passed;
  }
  for (;;) {
    around.console.clear();
    const told = await tellWhere(around);
    const chosen = await chooseCommand(commands, around.console.height - told, around);
    if (chosen === undefined) return exitCode.passed;
    const argv = await askForArguments(chosen, around);
    if (argv === undefined) continue;
    await startHere([chosen.name, ...argv], around);
  }
}

// The question, the description of what is chosen, and a few commands to choose from.
const rowsOfMenu = 10;

/** Tells where the learner is; resolves to the rows that it took. Where the window is low, only now and how far. */
async function tellWhere(around: Surroundings): Promise<number> {
  const { console } = around;
  const { progress, notice } = await readProgress(await progressFileFor(around));
  const whole = describeNext(await loadOverview(), progress, console);
  const isLow = console.interactive && whole.length + rowsOfMenu > console.height;
  const parts = whole.join('\n').split('\n\n');
  const told = isLow ? [parts[0], parts.at(-1)].join('\n\n').split('\n') : whole;
  const lines = [
    console.color.bold('proc-course: production process management in Node.js'),
    '',
    ...told,
    '',
  ];
  for (const line of lines) console.out(line);
  if (notice) console.err(notice);
  return lines.length;
}

function tellCommands(commands: readonly Command[], { console }: Surroundings): void {
  const columns = Math.max(...commands.map(({ name }) => name.length)) + 2;
  for (const { name, summary } of commands) {
    const text = wrap(summary, Math.min(console.width, 100), ' '.repeat(columns + 2));
    console.out(`  ${console.color.cyan(name.padEnd(columns))}${text}`);
  }
  console.out();
  console.out('What a command takes: proc-course COMMAND --help');
}

async function chooseCommand(
  commands: readonly Command[],
  rows: number,
  { interrupted }: Surroundings,
): Promise<Command | undefined> {
  const { select, Separator } = await import('@inquirer/prompts');
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const menu = {
    message: 'What now?',
    // The question above, the description below, and the line of the cursor.
    pageSize: Math.max(5, rows - 5),
    loop: false,
    choices: [
      ...commands
        .filter(({ name }) => name !== 'complete')
        .map((command) => ({
          name: command.name.padEnd(width),
          description: command.summary,
          value: command,
        })),
      new Separator(),
      { name: 'quit', value: undefined },
    ],
  };
  return await select<Command | undefined>(menu, { signal: interrupted });
}
