// mistake: Takes the type of a message without a look at what the message is.
// breaks: nonsense-harms-nothing
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

type Task = { kind: string; value?: unknown; numbers?: number[]; ms?: number; message?: string };
type ParentMessage = { type?: string; id?: unknown; task?: Task } | null;
type Outcome = { ok: true; value: unknown } | { ok: false; error: string };
type Job = { id: string; task: Task; attempts: number };
type Worker = {
  child: ChildProcess;
  pid: number;
  up: boolean;
  job: Job | undefined;
  completed: number;
  leaving: boolean;
};
type WorkerMessage = { type: 'up' } | { type: 'done'; id: string; outcome: Outcome };

const settings = {
  workers: Number(process.env.WORKERS ?? 2),
  jobAttempts: Number(process.env.JOB_ATTEMPTS ?? 2),
  backoffMs: Number(process.env.BACKOFF_MS ?? 100),
  maxRestarts: Number(process.env.MAX_RESTARTS ?? 5),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000),
};

async function performTask(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return (task.numbers ?? []).reduce((total, number) => total + number, 0);
    case 'sleep':
      await sleep(task.ms ?? 0);
      return task.value;
    case 'fail':
      throw new Error(task.message);
    case 'crash':
      return process.exit(1);
    case 'hang':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    default:
      throw new Error(`There is no task of the kind "${task.kind}".`);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The line to the parent. It may close at any time, which must not be an error of ours. */
class ParentLine {
  #lastWrite: Promise<void> = Promise.resolve();

  tell(message: Record<string, unknown>): void {
    if (!process.connected) return;
    // The callback takes the error of a channel that closes meanwhile; without it an 'error' event would end us.
    this.#lastWrite = new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
  }

  /** process.exit drops what has not been written yet; a parent that reads nothing must not hold us for ever. */
  async flush(): Promise<void> {
    await Promise.race([this.#lastWrite, sleep(500, undefined, { ref: false })]);
  }
}

class Pool {
  #queue: Job[] = [];
  #workers = new Set<Worker>();
  #pendingRestarts = new Set<NodeJS.Timeout>();
  #deathsInARow = 0;
  #restarts = 0;
  #stopping = false;
  #exitCode = 0;
  #rolling = false;
  #readyTold = false;
  #changes: Array<() => void> = [];
  #parent = new ParentLine();

  open(): void {
    for (let count = 0; count < settings.workers; count += 1) this.#startWorker();
  }

  submit(id: string, task: Task): void {
    if (this.#stopping) {
      this.#refuse({ id, task, attempts: 0 }, 'The coordinator is shutting down.');
      return;
    }
    this.#queue.push({ id, task, attempts: 0 });
    this.#dispatch();
  }

  tellStatus(): void {
    const workers = [...this.#workers].map(({ pid, job, completed }) => ({
      pid,
      busy: job !== undefined,
      completed,
    }));
    this.#parent.tell({ type: 'status', workers, queued: this.#queue.length, restarts: this.#restarts });
  }

  /** Finishes what workers hold, refuses the rest; whoever is left at the limit is killed. */
  shutdown(): void {
    if (this.#stopping) return;
    this.#stop(0);
    for (const worker of this.#workers) this.#releaseIfIdle(worker);
    setTimeout(() => {
      this.#exitCode = 1;
      this.#killAll('The shutdown took too long.');
    }, settings.shutdownTimeoutMs).unref();
  }

  /** One worker at a time leaves after its job and is replaced, so that the pool is never short of more than one. */
  async replaceAll(): Promise<void> {
    if (this.#rolling || this.#stopping) return;
    this.#rolling = true;
    for (const worker of [...this.#workers]) {
      worker.leaving = true;
      this.#releaseIfIdle(worker);
      await this.#until(() => !this.#workers.has(worker));
      if (this.#stopping) break;
      const replacement = this.#startWorker();
      await this.#until(() => replacement.up || !this.#workers.has(replacement));
    }
    this.#rolling = false;
  }

  #startWorker(): Worker {
    const child = fork(process.argv[1] as string, ['worker']);
    const worker: Worker = {
      child,
      pid: child.pid ?? 0,
      up: false,
      job: undefined,
      completed: 0,
      leaving: false,
    };
    this.#workers.add(worker);
    child.on('message', (message) => this.#hear(worker, message as WorkerMessage));
    child.on('exit', (code, signal) => this.#bury(worker, code, signal));
    child.on('error', (error) => {
      console.error(`worker ${worker.pid}: ${error.message}`);
      // A worker that could not be spawned has no pid and no 'exit'.
      if (child.pid === undefined) this.#bury(worker, null, null);
    });
    if (this.#readyTold) this.#parent.tell({ type: 'worker-start', pid: worker.pid });
    return worker;
  }

  #hear(worker: Worker, message: WorkerMessage): void {
    if (message.type === 'up') {
      worker.up = true;
      this.#tellReadyOnce();
    } else if (worker.job?.id === message.id) {
      const { id } = worker.job;
      worker.job = undefined;
      worker.completed += 1;
      this.#deathsInARow = 0;
      this.#parent.tell({ type: 'result', id, ...message.outcome, worker: worker.pid });
    }
    this.#releaseIfIdle(worker);
    this.#changed();
    this.#dispatch();
  }

  #tellReadyOnce(): void {
    const up = [...this.#workers].filter((worker) => worker.up);
    if (this.#readyTold || up.length < settings.workers) return;
    this.#readyTold = true;
    this.#parent.tell({ type: 'ready', workers: up.map(({ pid }) => pid) });
  }

  #dispatch(): void {
    for (const worker of this.#workers) {
      if (!worker.up || worker.job || worker.leaving || this.#stopping) continue;
      const job = this.#queue.shift();
      if (!job) return;
      job.attempts += 1;
      worker.job = job;
      // A worker may be dead already; its 'exit', which is on its way, gives the job back.
      worker.child.send({ id: job.id, task: job.task }, () => {});
    }
  }

  #releaseIfIdle(worker: Worker): void {
    const mayGo = worker.leaving || this.#stopping;
    if (mayGo && !worker.job && worker.child.connected) worker.child.disconnect();
  }

  #bury(worker: Worker, code: number | null, signal: NodeJS.Signals | null): void {
    if (!this.#workers.delete(worker)) return;
    this.#parent.tell({ type: 'worker-exit', pid: worker.pid, code, signal });
    if (worker.job) this.#giveBack(worker.job);
    if (!worker.leaving && !this.#stopping) this.#countDeath();
    this.#changed();
    this.#dispatch();
    if (this.#stopping && this.#workers.size === 0) void this.#finish();
  }

  #giveBack(job: Job): void {
    if (this.#stopping) this.#refuse(job, 'Its worker died during the shutdown.');
    else if (job.attempts >= settings.jobAttempts)
      this.#refuse(job, `Its worker died, ${job.attempts} times.`);
    else this.#queue.unshift(job);
  }

  #countDeath(): void {
    this.#deathsInARow += 1;
    if (this.#deathsInARow > settings.maxRestarts) {
      this.#stop(1);
      this.#killAll('The workers die again and again.');
      return;
    }
    const waitMs = settings.backoffMs * 2 ** (this.#deathsInARow - 1);
    const timer = setTimeout(() => {
      this.#pendingRestarts.delete(timer);
      this.#restarts += 1;
      this.#startWorker();
    }, waitMs);
    this.#pendingRestarts.add(timer);
  }

  #stop(exitCode: number): void {
    this.#stopping = true;
    this.#exitCode = exitCode;
    for (const timer of this.#pendingRestarts) clearTimeout(timer);
    for (const job of this.#queue.splice(0)) this.#refuse(job, 'The coordinator is shutting down.');
    if (this.#workers.size === 0) void this.#finish();
  }

  #killAll(reason: string): void {
    for (const worker of this.#workers) {
      if (worker.job) this.#refuse(worker.job, reason);
      worker.job = undefined;
      // SIGKILL, because a worker whose loop is blocked runs no handler and reads no message.
      worker.child.kill('SIGKILL');
    }
  }

  #refuse(job: Job, error: string): void {
    this.#parent.tell({ type: 'result', id: job.id, ok: false, error });
  }

  async #finish(): Promise<void> {
    await this.#parent.flush();
    process.exit(this.#exitCode);
  }

  #changed(): void {
    for (const wake of this.#changes.splice(0)) wake();
  }

  async #until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changes.push(resolve));
  }
}

function coordinate(): void {
  const pool = new Pool();
  process.on('message', (message: NonNullable<ParentMessage>) => {
    if (message.type === 'status') pool.tellStatus();
    if (message.type !== 'job' || typeof message.id !== 'string' || !message.task) return;
    pool.submit(message.id, message.task);
  });
  process.on('SIGTERM', () => pool.shutdown());
  process.on('SIGINT', () => pool.shutdown());
  process.on('SIGHUP', () => void pool.replaceAll());
  process.on('disconnect', () => pool.shutdown());
  pool.open();
}

function work(): void {
  // A terminal and a service manager signal the whole group; when a worker ends is the coordinator's decision.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  // The channel closes when the coordinator lets this worker go, and also when it was killed.
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, task }: Job) => {
    const outcome: Outcome = await performTask(task).then(
      (value) => ({ ok: true, value }),
      (error) => ({ ok: false, error: textOf(error) }),
    );
    process.send?.({ type: 'done', id, outcome });
  });
  process.send?.({ type: 'up' });
}

if (process.argv[2] === 'worker') work();
else coordinate();
