import { Chalk, type ChalkInstance, supportsColor } from 'chalk';

/** Where commands write, and what they know of who reads. Commands never touch `process`. */
export interface Console {
  /** Writes a line to standard output. */
  out(line?: string): void;
  /** Writes a line to standard error. */
  err(line: string): void;
  /** Colours for standard output; does nothing where colour is not wanted. */
  readonly color: ChalkInstance;
  /** Columns to fill, at least 40. */
  readonly width: number;
  /** True where a person sits at both ends, so that questions and keys make sense. */
  readonly interactive: boolean;
}

const widthWithoutTerminal = 80;
const narrowest = 40;

/** The console of the real streams. NO_COLOR, FORCE_COLOR and TERM=dumb are honoured. */
export function openConsole({
  stdin,
  stdout,
  stderr,
  env,
}: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>): Console {
  const wanted = env.NO_COLOR === undefined || env.NO_COLOR === '';
  const level = wanted && supportsColor !== false ? supportsColor.level : 0;
  return {
    out: (line = '') => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    color: new Chalk({ level }),
    width: Math.max(narrowest, stdout.columns ?? widthWithoutTerminal),
    interactive: stdin.isTTY === true && stdout.isTTY === true && env.TERM !== 'dumb' && env.CI === undefined,
  };
}
