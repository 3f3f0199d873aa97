import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';

/** What every command is given; nothing else of the outside world reaches it. */
export interface Surroundings {
  readonly console: Console;
  /** The folder that the user is in. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user, or the system, asks the tool to stop. */
  readonly interrupted: AbortSignal;
}

/** One argument or option as commander writes it: `<exercise>`, `--seed <number>`. */
export interface Flag {
  readonly flag: string;
  readonly summary: string;
}

/** A command is one file: what help says of it, and what it does. Heavy parts are imported when it runs. */
export interface Command<Options = Record<string, unknown>> {
  readonly name: string;
  readonly summary: string;
  readonly positional: readonly Flag[];
  readonly options: readonly Flag[];
  /** Lines for the end of the command's own help. */
  readonly examples: readonly string[];
  run(
    given: {
      readonly positional: readonly string[];
      readonly rest: readonly string[];
      readonly options: Options;
    },
    around: Surroundings,
  ): Promise<ExitCode>;
}

/** The call was wrong: one sentence with the value seen, and the next command to type. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly next: string;

  constructor(sentence: string, next: string) {
    super(sentence);
    this.next = next;
  }
}

/** The user or the system stopped the tool; everything that it started was ended. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
