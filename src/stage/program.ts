import type { ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { execa } from 'execa';
import type { Ended, SignalTarget } from '../timeline/events.ts';
import type { TimelineLog } from '../timeline/log.ts';
import { Channel, channelEnvironment } from './channel.ts';
import { environmentFor } from './environment.ts';
import type { Guard } from './guard-link.ts';
import { drainSteps, drainWithinMs, helperGraceMs } from './limits.ts';
import { recordLines } from './output.ts';
import { pause, pauseUnless } from './pace.ts';
import { findLiving, type Quarry, sweep } from './sweep.ts';
import { type TreeWatch, watchTree } from './tree-watch.ts';

export interface ProgramOptions {
  /** Its name in the timeline. */
  readonly app: string;
  /** An absolute path to JavaScript. */
  readonly file: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly nodeFlags?: readonly string[];
  readonly argv?: readonly string[];
  readonly ipc?: boolean;
  /** After its exit: end what it left at once, or leave it for the scenario to look at until the scenario's end. */
  readonly afterExit?: 'sweep' | 'watch';
}

export interface Surroundings {
  readonly log: TimelineLog;
  readonly guard: Guard;
  /** Environment text that only this program and its descendants carry. */
  readonly token: string;
}

/** One program under test: a plain `node` process that leads a process group of its own. */
export class Program {
  readonly app: string;
  readonly pid: number;
  /** Resolves when the program is over and everything that it printed or sent has been read. */
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  readonly #quarry: Quarry & { seen: Map<number, string> };
  readonly #around: Surroundings;
  readonly #options: ProgramOptions;
  readonly #watch: TreeWatch;
  #over = false;
  #because: string | undefined;
  #channel: Channel | undefined;
  #channelClosedByUs = false;

  /** Starts the program. Throws where the system cannot start it, which is never the program's fault. */
  constructor(options: ProgramOptions, around: Surroundings) {
    const { app, file, settings, folder, nodeFlags = [], argv = [], ipc = false } = options;
    // Only its ChildProcess side is used: what the promise of execa tells is read from the events themselves.
    const child: ChildProcess = execa(process.execPath, [...nodeFlags, file, ...argv], {
      cwd: folder,
      env: { ...environmentFor(settings, around.token), ...(ipc ? channelEnvironment : {}) },
      extendEnv: false,
      detached: true,
      cleanup: false,
      reject: false,
      buffer: false,
      stdio: ['ignore', 'pipe', 'pipe', ...(ipc ? ['pipe' as const] : [])],
    }) as unknown as ChildProcess;
    if (child.pid === undefined)
      throw new Error(`The system could not start ${process.execPath}.`, { cause: child });
    this.app = app;
    this.pid = child.pid;
    this.#child = child;
    this.#options = options;
    this.#around = around;
    this.#quarry = { token: around.token, groups: [child.pid], folders: [], seen: new Map() };
    around.guard.watchGroup(child.pid);
    around.log.add({ kind: 'started', app, pid: child.pid, file, settings });
    this.#watch = watchTree(this.pid, {
      seen: this.#quarry.seen,
      onNew: ({ pid, startedAt, command }) => {
        around.guard.watchProcess(pid, startedAt);
        around.log.add({ kind: 'process', app, pid, state: 'seen', command });
      },
      onGone: ({ pid, command }) => around.log.add({ kind: 'process', app, pid, state: 'gone', command }),
      onLimit: (text) => this.#endAtLimit(text),
    });
    const read = [
      recordLines(child.stdout as NonNullable<typeof child.stdout>, {
        app,
        stream: 'stdout',
        log: around.log,
      }),
      recordLines(child.stderr as NonNullable<typeof child.stderr>, {
        app,
        stream: 'stderr',
        log: around.log,
      }),
      ...(ipc ? [this.#openChannel(child.stdio[3] as unknown as Duplex)] : []),
    ];
    this.ended = this.#recordEnd(Promise.all(read));
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** Sends a real signal and writes it down; a program that is over receives nothing. */
  signal(signal: NodeJS.Signals, to: Exclude<SignalTarget, 'descendant'> = 'process'): void {
    const { log } = this.#around;
    // A program that a signal ends may orphan its helpers before the next look.
    if (!this.#over) this.#watch.look();
    const entry = { kind: 'signal', app: this.app, pid: this.pid, signal, to } as const;
    const atMs = log.nowMs();
    let delivered = !this.#over;
    try {
      if (delivered) process.kill(to === 'group' ? -this.pid : this.pid, signal);
    } catch {
      delivered = false;
    }
    log.add({ ...entry, delivered }, atMs);
  }

  /** Sends an IPC message; what cannot be sent any more is written down as a closed channel, not thrown. */
  send(message: unknown): void {
    this.#around.log.add({ kind: 'message', app: this.app, direction: 'sent', message });
    this.#channel?.send(message);
  }

  closeChannel(): void {
    this.#channelClosedByUs = true;
    this.#channel?.close();
  }

  /** Ends the program and its whole tree. `because` completes the sentence "ended by us because ...". */
  async end(because: string): Promise<void> {
    if (!this.#over) this.#because ??= because;
    await sweep(this.#quarry);
    await this.ended;
  }

  /** The tree's living processes as the process table shows them now, the program itself included. */
  living(): ReturnType<typeof findLiving> {
    return findLiving(this.#quarry);
  }

  async #recordEnd(allRead: Promise<unknown>): Promise<Ended> {
    const { log, guard } = this.#around;
    const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) => {
      this.#child.once('exit', (...how) => resolve(how));
    });
    this.#over = true;
    const atMs = log.nowMs();
    this.#watch.stop();
    if (this.#options.afterExit !== 'watch') await this.#endWhatIsLeft();
    await untilRead(allRead);
    if (this.#options.afterExit !== 'watch') guard.forgetGroup(this.pid);
    const { app, pid } = this;
    const because = this.#because === undefined ? {} : { because: this.#because };
    return log.add({ kind: 'ended', app, pid, code, signal, ...because }, atMs) as Ended;
  }

  async #endWhatIsLeft(): Promise<void> {
    // The tool is asked first by the cheap way: most programs leave nobody.
    if (this.#quarry.seen.size === 0 && findLiving(this.#quarry).length === 0) return;
    if (this.#because === undefined) await pause(helperGraceMs);
    const left = (await sweep(this.#quarry)).map(({ pid, command }) => ({ pid, command }));
    if (left.length > 0 && this.#because === undefined) {
      this.#around.log.add({ kind: 'left-behind', app: this.app, processes: left });
    }
  }

  #endAtLimit(text: string): void {
    if (this.#over || this.#because !== undefined) return;
    this.#around.log.add({ kind: 'limit', app: this.app, text });
    void this.end(text);
  }

  /** Resolves when the channel is closed, by whichever side. */
  #openChannel(pipe: Duplex): Promise<void> {
    const { log } = this.#around;
    const { app } = this;
    return new Promise((resolve) => {
      this.#channel = new Channel(pipe, {
        onMessage: (message) => log.add({ kind: 'message', app, direction: 'received', message }),
        onNonsense: (value) => log.add({ kind: 'fact', name: 'no message, on the IPC channel', value }),
        onClosed: () => {
          log.add({ kind: 'channel-closed', app, by: this.#channelClosedByUs ? 'us' : 'program' });
          resolve();
        },
      });
    });
  }
}

// In steps, each with a turn of the loop in which what is in the pipes is read: where we are late ourselves, the one
// long timer would be over before the first read.
async function untilRead(allRead: Promise<unknown>): Promise<void> {
  let isRead = false;
  const read = allRead.then(() => {
    isRead = true;
  });
  for (let step = 0; step < drainSteps && !isRead; step += 1) {
    await pauseUnless(read, drainWithinMs / drainSteps);
    await new Promise(setImmediate);
  }
}
