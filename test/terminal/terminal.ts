import { spawn } from '@lydell/node-pty';
import xterm from '@xterm/headless';

export interface TerminalOptions {
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A real pseudo-terminal with a program in it, and the screen that a person would see. */
export interface Terminal extends AsyncDisposable {
  /** What is on the screen now, without the spaces at the ends of lines. */
  screen(): string;
  /** All that was ever written, escape sequences included. */
  raw(): string;
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** Resolves once the screen shows it; rejects with the screen where it never does. */
  shows(wanted: string | RegExp): Promise<void>;
  readonly ended: Promise<{ readonly code: number; readonly signal: number }>;
  readonly pid: number;
}

// Several times what the slowest step takes on a busy machine: only a hang comes so far.
const longestWaitMs = 60_000;

/** Starts a command in a terminal of its own; ends it when this is disposed of. */
export function openTerminal(
  argv: readonly [string, ...string[]],
  { cwd, columns = 80, rows = 24, env = {} }: TerminalOptions,
): Terminal {
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 5_000 });
  const { CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...around } = process.env;
  const child = spawn(argv[0], argv.slice(1), {
    cwd,
    cols: columns,
    rows,
    name: 'xterm-256color',
    env: { ...around, TERM: 'xterm-256color', ...env },
  });
  let raw = '';
  const listeners = new Set<() => void>();
  child.onData((data) => {
    raw += data;
    screen.write(data, () => {
      for (const listener of [...listeners]) listener();
    });
  });
  // Programs ask the terminal where its cursor is and the like; the screen answers as a real one does.
  screen.onData((answer) => child.write(answer));
  const ended = new Promise<{ code: number; signal: number }>((resolve) => {
    child.onExit(({ exitCode, signal = 0 }) => resolve({ code: exitCode, signal }));
  });
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const linesNow = (): string => {
    const { buffer } = screen;
    const lines = Array.from({ length: screen.rows }, (_, row) =>
      (buffer.active.getLine(buffer.active.viewportY + row)?.translateToString(true) ?? '').trimEnd(),
    );
    return lines.join('\n').trimEnd();
  };
  return {
    pid: child.pid,
    ended,
    screen: linesNow,
    raw: () => raw,
    type: (keys) => child.write(keys),
    resize(newColumns, newRows) {
      screen.resize(newColumns, newRows);
      child.resize(newColumns, newRows);
    },
    shows: (wanted) =>
      new Promise((resolve, reject) => {
        const isThere = (): boolean =>
          typeof wanted === 'string' ? linesNow().includes(wanted) : wanted.test(linesNow());
        const stop = (): void => {
          clearTimeout(timer);
          listeners.delete(look);
        };
        const look = (): void => {
          if (!isThere()) return;
          stop();
          resolve();
        };
        const timer = setTimeout(() => {
          stop();
          reject(new Error(`The screen never showed ${wanted}, but:\n${linesNow()}`));
        }, longestWaitMs);
        listeners.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      if (!isOver) child.kill('SIGKILL');
      await ended;
      screen.dispose();
    },
  };
}
