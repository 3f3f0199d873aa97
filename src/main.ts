import { Command as Commander, CommanderError } from 'commander';
import { type Command, Interrupted, type Surroundings, UsageError } from './cli/command.ts';
import { type Console, openConsole } from './cli/console.ts';
import { renderError, wantsJson } from './cli/error-document.ts';
import { type ExitCode, exitCode } from './cli/exit-code.ts';
import { commands } from './commands/index.ts';

const exitCodesInWords = `
Exit codes:
  0    passed, or done
  1    not passed
  2    wrong use: the call has to be changed
  3    trouble: a fault of the course, never of the program that is graded
  130  interrupted, after everything that was started has been ended`;

/** Runs the tool: from the words after the program's name to its exit code. Everything below only throws. */
export async function main(
  argv: readonly string[],
  host: NodeJS.Process,
  version: string,
): Promise<ExitCode> {
  const console = openConsole(host);
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
    // From the second signal on the system's default holds, and the guard ends what we could not. Not before this one
    // has been told to everybody: a library that finds itself alone with it would raise it again.
    setImmediate(() => {
      for (const signal of endingSignals) host.off(signal, interrupt);
    });
  };
  for (const signal of endingSignals) host.on(signal, interrupt);
  // A reader that has gone, as "| head" does, is no error of the user's.
  host.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') interrupt();
  });
  const around = { console, cwd: host.cwd(), env: host.env, interrupted: interruption.signal };
  try {
    return await dispatch(argv, around, version);
  } catch (error) {
    return await explain(error, { console, aborted: interruption.signal.aborted, asJson: wantsJson(argv) });
  } finally {
    for (const signal of endingSignals) host.off(signal, interrupt);
  }
}

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

async function dispatch(argv: readonly string[], around: Surroundings, version: string): Promise<ExitCode> {
  const { console } = around;
  let result: ExitCode = exitCode.passed;
  const program = new Commander('proc-course')
    .description('Learn production process management in Node.js, graded with real signals.')
    .version(version)
    .exitOverride()
    .configureOutput({ writeOut: (text) => console.out(text.trimEnd()), writeErr: () => {} })
    .addHelpText('after', exitCodesInWords)
    .helpCommand(false);
  for (const command of commands) {
    addCommand(program, command as Command, async (given) => {
      result = await (command as Command).run(given, around);
    });
  }
  // Everything after "--" belongs to the program that is run.
  const end = argv.indexOf('--');
  restOf.set(program, end === -1 ? [] : argv.slice(end + 1));
  if (argv.length === 0) {
    const { showHome } = await import('./commands/starting/home.ts');
    return await showHome(commands as readonly Command[], around);
  }
  await program.parseAsync([...(end === -1 ? argv : argv.slice(0, end))], { from: 'user' });
  return result;
}

type Given = Parameters<Command['run']>[0];

const restOf = new WeakMap<Commander, readonly string[]>();

function addCommand(program: Commander, command: Command, run: (given: Given) => Promise<void>): void {
  const added = program
    .command(command.name)
    .summary(command.summary)
    .description(command.summary)
    .exitOverride()
    .addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
  for (const { flag, summary } of command.positional) added.argument(flag, summary);
  for (const { flag, summary } of command.options) added.option(flag, summary);
  added.action(async () => {
    await run({ positional: added.args, rest: restOf.get(program) ?? [], options: added.opts() });
  });
}

interface Listener {
  readonly console: Console;
  readonly aborted: boolean;
  /** Whoever reads standard output expects one JSON document there, errors included. */
  readonly asJson: boolean;
}

async function explain(error: unknown, { console, aborted, asJson }: Listener): Promise<ExitCode> {
  if (aborted || error instanceof Interrupted || (error as Error)?.name === 'ExitPromptError')
    return exitCode.interrupted;
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.passed;
    return await tellWrongUse(console, asJson, await sentenceFor(error), 'proc-course --help');
  }
  if (error instanceof UsageError) return await tellWrongUse(console, asJson, error.message, error.next);
  const message = error instanceof Error ? error.message : String(error);
  if (asJson) console.out(renderError({ kind: 'trouble', message, next: 'proc-course doctor --report' }));
  console.err('This is a fault of the course, not of your program. Nothing was recorded against it.');
  console.err((error instanceof Error && error.stack) || message);
  return exitCode.trouble;
}

/** Commander's own sentence, or for an unknown command the names that are nearest to it. */
async function sentenceFor(error: CommanderError): Promise<string> {
  const plain = error.message.replace(/^error: /, '').replace(/\n[\s\S]*$/, '');
  const unknown = /^unknown command '(.*)'/.exec(plain)?.[1];
  if (unknown === undefined) return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}.`;
  const { nearest } = await import('./course/near-misses.ts');
  return `There is no command "${unknown}". The nearest: ${nearest(
    unknown,
    commands.map(({ name }) => name),
  ).join(', ')}.`;
}

async function tellWrongUse(
  console: Console,
  asJson: boolean,
  message: string,
  next: string,
): Promise<ExitCode> {
  if (asJson) console.out(renderError({ kind: 'wrong-use', message, next }));
  const { wrap } = await import('./report/columns.ts');
  // A terminal would break in the middle of a word; whatever else reads gets the sentence in one line.
  console.err(console.errWidth === undefined ? message : wrap(message, console.errWidth, ''));
  console.err(`Try: ${next}`);
  return exitCode.wrongUse;
}
