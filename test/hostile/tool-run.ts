/** Starts the real binary as a process of its own and tells what it cost, what it said and whom it left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const binary = fileURLToPath(new URL('../../bin/proc-course.js', import.meta.url));
const lookEveryMs = 50;
const looksThatFindNobody = 10;
const stageVariable = /PROC_COURSE_STAGE=([^\0]+)/;

export interface Living {
  readonly pid: number;
  readonly state: string;
  readonly command: string;
}

export interface HowItEnded {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly tookMs: number;
}

/** One run of the tool. Every process that comes of it names the run's own folder: in its environment, its arguments or its place. */
export class ToolRun {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'proc-course-hostile-')));
  /** Resolves when the tool has ended and its output is read. */
  readonly ended: Promise<HowItEnded>;
  stdout = '';
  stderr = '';
  /** The most resident memory that the tool itself ever held. */
  peakMB = 0;
  readonly #tool: ChildProcess;
  readonly #stages = new Set<string>();

  constructor(args: readonly string[]) {
    const [work, temporary, home] = ['work', 'tmp', 'home'].map((name) => join(this.folder, name)) as [
      string,
      string,
      string,
    ];
    for (const folder of [work, temporary, home]) mkdirSync(folder);
    this.#tool = spawn(process.execPath, [binary, ...args], {
      cwd: work,
      env: { PATH: process.env.PATH, HOME: home, TMPDIR: temporary },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#tool.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
    });
    this.#tool.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.ended = this.#watchToTheEnd();
  }

  kill(signal: NodeJS.Signals): void {
    this.#tool.kill(signal);
  }

  /** Waits until the tool has started its guard, from which moment on it answers for what it starts. */
  async hasBegun(): Promise<void> {
    while (this.#stages.size === 0) {
      if (this.#tool.exitCode !== null)
        throw new Error(`The tool ended before it had begun: ${this.stdout}${this.stderr}`);
      await delay(5);
      this.#learnStages();
    }
  }

  /** Ends a tool that is still there after `withinMs`; resolves to how it ended. */
  async endsWithin(withinMs: number): Promise<HowItEnded> {
    const alarm = setTimeout(() => this.kill('SIGKILL'), withinMs);
    const how = await this.ended;
    clearTimeout(alarm);
    return how;
  }

  /**
   * Whoever still lives when nobody should, looked for until nobody is found several times or the time is over.
   * One look is not enough: it misses whoever is started while it reads and whose parent ends before it is read.
   */
  async leftBehind({ withinMs = 2_000 }: { withinMs?: number } = {}): Promise<Living[]> {
    const giveUpAt = performance.now() + withinMs;
    for (let emptyLooks = 0; emptyLooks < looksThatFindNobody; ) {
      const living = this.#living();
      if (living.length > 0 && performance.now() > giveUpAt) return living;
      emptyLooks = living.length === 0 ? emptyLooks + 1 : 0;
      await delay(20);
    }
    return [];
  }

  /** What still lies in the folder for temporary files. A compile cache is Node's own. */
  foldersLeft(): string[] {
    return readdirSync(join(this.folder, 'tmp')).filter((name) => name !== 'node-compile-cache');
  }

  /** Ends everybody and removes the run's folder, however the run went. */
  async cleanUp(): Promise<void> {
    this.kill('SIGKILL');
    for (let round = 0, emptyLooks = 0; round < 400 && emptyLooks < looksThatFindNobody; round += 1) {
      const living = this.#living();
      emptyLooks = living.length === 0 ? emptyLooks + 1 : 0;
      for (const signal of ['SIGSTOP', 'SIGKILL'] as const)
        for (const { pid } of living) sendQuietly(pid, signal);
      await delay(5);
    }
    // Node's own rm cannot name what lies deeper than a path may be long.
    const removal = spawn('rm', ['-rf', this.folder], { stdio: 'ignore' });
    await new Promise((resolve) => removal.once('close', resolve));
  }

  #living(): Living[] {
    const mine = [this.folder, ...[...this.#stages].map((stage) => `PROC_COURSE_STAGE=${stage}`)];
    return allPids().flatMap((pid) => {
      const texts = [read(pid, 'environ'), read(pid, 'cmdline'), workingFolderOf(pid)];
      const command = texts[1]?.replaceAll('\0', ' ').trim() ?? '';
      const state = stateOf(pid);
      const isMine = mine.some((mark) => texts.some((text) => text?.includes(mark)));
      return isMine && state !== undefined && !'ZX'.includes(state) ? [{ pid, state, command }] : [];
    });
  }

  async #watchToTheEnd(): Promise<HowItEnded> {
    const startedAt = performance.now();
    const watching = setInterval(() => {
      this.#learnStages();
      const kilobytes = /^VmHWM:\s+(\d+) kB/m.exec(read(this.#tool.pid ?? 0, 'status') ?? '')?.[1];
      this.peakMB = Math.max(this.peakMB, Number(kilobytes ?? 0) / 1024);
    }, lookEveryMs);
    const closed = new Promise((resolve) => this.#tool.once('close', resolve));
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#tool.once('exit', (...how) => resolve(how));
    });
    const tookMs = performance.now() - startedAt;
    clearInterval(watching);
    // The pipes end with the tool, unless somebody else holds them: then what was read must do.
    await Promise.race([closed, delay(1_000, undefined, { ref: false })]);
    return { code, signal, tookMs };
  }

  /** The guard is a child of the tool; its variable begins with what all of this run's programs carry. */
  #learnStages(): void {
    if (this.#stages.size > 0) return;
    const { pid } = this.#tool;
    for (const child of (read(pid ?? 0, `task/${pid}/children`) ?? '').split(' ').filter(Boolean)) {
      const stage = stageVariable.exec(read(Number(child), 'environ') ?? '')?.[1];
      if (stage?.endsWith('guard')) this.#stages.add(stage.slice(0, -'guard'.length));
    }
  }
}

function allPids(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

/** The command stands in parentheses before the state, and may itself hold parentheses. */
function stateOf(pid: number): string | undefined {
  const stat = read(pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}

function workingFolderOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

function sendQuietly(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone since we looked.
  }
}
