import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const binary = join(root, 'bin', 'proc-course.js');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder with a state of its own, in which the real binary is run through pipes. */
export class Workspace implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'course workspace é '));
  readonly state = mkdtempSync(join(tmpdir(), 'course-state-'));

  readonly #binary: string;

  constructor(tool: string = binary) {
    this.#binary = tool;
  }

  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PROC_COURSE_STATE_DIR: this.state, NO_COLOR: '1', FORCE_COLOR: undefined };
  }

  run(...argv: string[]): Promise<Ran> {
    return this.runWith(this.env, ...argv);
  }

  runWith(env: NodeJS.ProcessEnv, ...argv: string[]): Promise<Ran> {
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [this.#binary, ...argv],
        { cwd: this.folder, env, maxBuffer: 2 ** 26 },
        (error, stdout, stderr) => {
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
        },
      );
    });
  }

  /** Starts the binary and leaves it running; its output is what it printed until now. */
  start(...argv: string[]) {
    const child = spawn(process.execPath, [this.#binary, ...argv], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    const prints = (wanted: RegExp): Promise<void> =>
      new Promise((resolve) => {
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
          if (wanted.test(text)) resolve();
        });
      });
    return { child, ended, prints };
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text);
    return file;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.state, { recursive: true, force: true });
  }
}
