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
  /** Columns of the terminal that standard error goes to; none where it goes elsewhere. */
  readonly errWidth: number | undefined;
  /** Rows of the terminal; 24 where there is none. */
  readonly height: number;
  /** Calls `listener` whenever the terminal has another size; returns the way to stop. */
  onResize(listener: () => void): () => void;
  /** Empties the screen, where there is one. */
  clear(): void;
  /** True where a person sits at both ends, so that questions and keys make sense. */
  readonly interactive: boolean;
}

const widthWithoutTerminal = 80;
const narrowest = 40;
const rowsWithoutTerminal = 24;
// Home, then erase the screen and what was scrolled out of it.
const emptyScreen = '\u001b[H\u001b[2J\u001b[3J';

/** The console of the real streams. NO_COLOR, FORCE_COLOR and TERM=dumb are honoured. */
export function openConsole(host: Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>): Console {
  // The other two streams are asked for when they are needed: Node makes each at the first look at it.
  const { stdout, env } = host;
  const wanted = env.NO_COLOR === undefined || env.NO_COLOR === '';
  const level = wanted && supportsColor !== false ? supportsColor.level : 0;
  const isTerminal = stdout.isTTY === true && env.TERM !== 'dumb';
  return {
    onResize: (listener) => {
      stdout.on('resize', listener);
      return () => void stdout.off('resize', listener);
    },
    clear: () => void (isTerminal && stdout.write(emptyScreen)),
    out: (line = '') => void stdout.write(`${line}\n`),
    err: (line) => void host.stderr.write(`${line}\n`),
    color: new Chalk({ level }),
    // Asked anew each time: a window may be resized while a command runs.
    get width() {
      return Math.max(narrowest, stdout.columns ?? widthWithoutTerminal);
    },
    get errWidth() {
      return host.stderr.columns;
    },
    get height() {
      return stdout.rows ?? rowsWithoutTerminal;
    },
    get interactive() {
      return isTerminal && env.CI === undefined && host.stdin.isTTY === true;
    },
  };
}
