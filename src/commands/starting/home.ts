import { type Command, Interrupted, type Surroundings } from '../../cli/command.ts';
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
    await tellWhere(around);
    const chosen = await chooseCommand(commands);
    if (chosen === undefined) return exitCode.passed;
    const argv = await askForArguments(chosen, around);
    if (argv === undefined) continue;
    await startHere([chosen.name, ...argv], around);
    if (around.interrupted.aborted) throw new Interrupted();
  }
}

async function tellWhere(around: Surroundings): Promise<void> {
  const { console } = around;
  const { progress, notice } = await readProgress(await progressFileFor(around));
  console.out(console.color.bold('proc-course: production process management in Node.js'));
  console.out();
  for (const line of describeNext(await loadOverview(), progress, console)) console.out(line);
  if (notice) console.err(notice);
  console.out();
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

async function chooseCommand(commands: readonly Command[]): Promise<Command | undefined> {
  const { select, Separator } = await import('@inquirer/prompts');
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  return await select<Command | undefined>({
    message: 'What now?',
    pageSize: 10,
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
  });
}
