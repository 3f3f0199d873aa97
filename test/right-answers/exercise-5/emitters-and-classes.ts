// style: TypeScript classes over EventEmitter, detached workers in sessions of their own, ended by SIGTERM
import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';

interface Task {
  kind: string;
  [field: string]: unknown;
}

class Settings {
  readonly workers = Settings.read('WORKERS', 2);
  readonly attempts = Settings.read('JOB_ATTEMPTS', 2);
  readonly backoffMs = Settings.read('BACKOFF_MS', 100);
  readonly maxRestarts = Settings.read('MAX_RESTARTS', 5);
  readonly shutdownMs = Settings.read('SHUTDOWN_TIMEOUT_MS', 5000);

  private static read(name: string, fallback: number): number {
    const text = process.env[name];
    return text === undefined ? fallback : Number.parseInt(text, 10);
  }
}

async function performTask(task: any): Promise<unknown> {
  if (task.kind === 'echo') return task.value;
  if (task.kind === 'sum') {
    let total = 0;
    for (const number of task.numbers) total += number;
    return total;
  }
  if (task.kind === 'sleep') return new Promise((resolve) => setTimeout(() => resolve(task.value), task.ms));
  if (task.kind === 'fail') throw new Error(task.message);
  if (task.kind === 'crash') process.exit(1);
  if (task.kind === 'hang') for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000);
  throw new Error('unknown kind of task');
}

class Job {
  tries = 0;
  readonly id: string;
  readonly task: Task;
  constructor(id: string, task: Task) {
    this.id = id;
    this.task = task;
  }
}

class WorkerHandle extends EventEmitter {
  job: Job | null = null;
  completed = 0;
  online = false;
  told = false;
  dismissed = false;
  readonly child: ChildProcess;

  constructor() {
    super();
    // A session of its own: what the terminal sends to our group never reaches it.
    this.child = fork(process.argv[1] as string, [], {
      detached: true,
      serialization: 'advanced',
      env: { ...process.env, IS_WORKER: 'yes' },
    });
    this.child.on('error', () => {});
    this.child.on('message', (message: any) => {
      if (message === 'online') {
        this.online = true;
        this.emit('online');
        return;
      }
      const job = this.job;
      if (job === null || job.id !== message.id) return;
      this.job = null;
      this.completed += 1;
      this.emit('done', job, message);
    });
    this.child.on('exit', (code, signal) => this.emit('exit', code, signal));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get free(): boolean {
    return this.online && this.job === null && !this.dismissed;
  }

  give(job: Job): void {
    job.tries += 1;
    this.job = job;
    this.child.send({ id: job.id, task: job.task }, () => undefined);
  }

  dismiss(): void {
    this.dismissed = true;
    if (this.job === null) this.terminate();
  }

  terminate(): void {
    if (this.told) return;
    this.told = true;
    this.child.kill('SIGTERM');
  }

  kill(): void {
    this.job = null;
    this.child.kill('SIGKILL');
  }
}

class Coordinator extends EventEmitter {
  private readonly settings = new Settings();
  private readonly workers: WorkerHandle[] = [];
  private readonly queue: Job[] = [];
  private streak = 0;
  private restarts = 0;
  private exitCode: number | null = null;
  private ready = false;
  private readonly toReload: WorkerHandle[] = [];

  start(): void {
    for (let i = 0; i < this.settings.workers; i++) this.add();
  }

  accept(id: string, task: Task): void {
    if (this.exitCode !== null) {
      this.reject(id, 'no new jobs during the shutdown');
      return;
    }
    this.queue.push(new Job(id, task));
    // Assigned a turn later: jobs of one burst are shared out together.
    setImmediate(() => this.assign());
  }

  status(): object {
    const workers = this.workers.map((w) => ({ pid: w.pid, busy: w.job !== null, completed: w.completed }));
    return { type: 'status', workers, queued: this.queue.length, restarts: this.restarts };
  }

  reload(): void {
    this.toReload.push(...this.workers.filter((w) => !this.toReload.includes(w)));
    if (!this.workers.some((w) => w.dismissed)) this.reloadOne();
  }

  stop(exitCode: number): void {
    if (this.exitCode !== null) return;
    this.exitCode = exitCode;
    for (const job of this.queue.splice(0)) this.reject(job.id, 'stopped before it was begun');
    const limit = setTimeout(() => this.force(), exitCode === 0 ? this.settings.shutdownMs : 0);
    this.once('empty', () => clearTimeout(limit));
    for (const w of this.workers) w.dismiss();
    if (this.workers.length === 0) this.emit('empty', this.exitCode);
  }

  private force(): void {
    this.exitCode = 1;
    for (const w of this.workers) {
      if (w.job) this.reject(w.job.id, 'ended by force');
      w.kill();
    }
  }

  private add(): WorkerHandle {
    const w = new WorkerHandle();
    this.workers.push(w);
    w.on('online', () => {
      if (this.exitCode !== null) w.terminate();
      if (this.ready) this.emit('say', { type: 'worker-start', pid: w.pid });
      else if (this.workers.filter((each) => each.online).length === this.settings.workers) {
        this.ready = true;
        this.emit('say', { type: 'ready', workers: this.workers.map((each) => each.pid) });
      }
      this.reloadOne();
      this.assign();
    });
    w.on('done', (job: Job, message: any) => {
      this.streak = 0;
      this.emit('say', { ...message, type: 'result', id: job.id, worker: w.pid });
      if (w.dismissed) w.terminate();
      this.assign();
    });
    w.on('exit', (code, signal) => this.onExit(w, code, signal));
    return w;
  }

  private onExit(w: WorkerHandle, code: number | null, signal: string | null): void {
    this.workers.splice(this.workers.indexOf(w), 1);
    this.emit('say', { type: 'worker-exit', pid: w.pid, code, signal });
    if (w.job) {
      if (this.exitCode !== null) this.reject(w.job.id, 'its worker died');
      else if (w.job.tries >= this.settings.attempts)
        this.reject(w.job.id, `its workers died: ${w.job.tries}`);
      else this.queue.unshift(w.job);
    }
    if (this.exitCode !== null) {
      if (this.workers.length === 0) this.emit('empty', this.exitCode);
      return;
    }
    if (w.dismissed) {
      this.add();
      return;
    }
    this.streak += 1;
    if (this.streak > this.settings.maxRestarts) {
      this.stop(1);
      return;
    }
    setTimeout(
      () => {
        if (this.exitCode !== null) return;
        this.restarts += 1;
        this.add();
      },
      this.settings.backoffMs * 2 ** (this.streak - 1),
    );
    this.assign();
  }

  private reloadOne(): void {
    if (this.exitCode !== null || this.workers.length < this.settings.workers) return;
    if (this.workers.some((w) => !w.online || w.dismissed)) return;
    const next = this.toReload.shift();
    if (!next) return;
    if (this.workers.includes(next)) next.dismiss();
    else this.reloadOne();
  }

  private assign(): void {
    for (const w of this.workers) {
      if (this.exitCode !== null || !w.free) continue;
      const job = this.queue.shift();
      if (job) w.give(job);
    }
  }

  private reject(id: string, error: string): void {
    this.emit('say', { type: 'result', id, ok: false, error });
  }
}

if (process.env.IS_WORKER) {
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
  process.on('message', (message: any) => {
    performTask(message.task).then(
      (value) => process.send?.({ id: message.id, ok: true, value }),
      (error) => process.send?.({ id: message.id, ok: false, error: error.message }),
    );
  });
  process.send?.('online');
} else {
  const coordinator = new Coordinator();
  coordinator.on('say', (message) => {
    if (process.connected) process.send?.(message, () => undefined);
  });
  coordinator.on('empty', (code) => setTimeout(() => process.exit(code), 20));
  process.on('message', (message: any) => {
    if (message === null || typeof message !== 'object') return;
    if (message.type === 'status') coordinator.emit('say', coordinator.status());
    if (message.type === 'job' && message.id && message.task) coordinator.accept(message.id, message.task);
  });
  process.on('SIGTERM', () => coordinator.stop(0));
  process.on('SIGINT', () => coordinator.stop(0));
  process.on('SIGHUP', () => coordinator.reload());
  process.on('disconnect', () => coordinator.stop(0));
  coordinator.start();
}
