import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The tool's end of the pipe to its guard. */
export interface Guard extends AsyncDisposable {
  watchGroup(pgid: number): void;
  forgetGroup(pgid: number): void;
  watchProcess(pid: number, startedAt: string): void;
  watchFolder(path: string): void;
  forgetFolder(path: string): void;
}

/**
 * Starts the guard for everything that carries `token` in its environment. Disposing of it waits until it has
 * looked a last time and is gone.
 */
export function startGuard(token: string): Guard {
  const here = fileURLToPath(import.meta.url);
  const fromSource = extname(here) === '.ts';
  const program = fileURLToPath(new URL(fromSource ? './guard.ts' : './guard.js', import.meta.url));
  const child = execa(process.execPath, [...(fromSource ? ['--import', 'tsx'] : []), program, token], {
    detached: true,
    cleanup: false,
    reject: false,
    buffer: false,
    stdin: 'pipe',
    stdout: 'ignore',
    stderr: 'ignore',
    // The same variable as the programs', so that whoever looks for leftovers finds the guard too.
    env: { PROC_COURSE_STAGE: `${token}guard`, NODE_OPTIONS: '' },
  });
  // The guard may be gone before we are; what we would have told it is then told to nobody.
  child.stdin.on('error', () => {});
  const tell = (order: string): void => void child.stdin.write(`${order}\n`);
  return {
    watchGroup: (pgid) => tell(`group ${pgid}`),
    forgetGroup: (pgid) => tell(`forget-group ${pgid}`),
    watchProcess: (pid, startedAt) => tell(`seen ${pid} ${startedAt}`),
    watchFolder: (path) => tell(`folder ${path}`),
    forgetFolder: (path) => tell(`forget-folder ${path}`),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await child;
    },
  };
}
