// mistake: A worker whose task rejected is shown as busy until its next job is done.
// breaks: status-is-true
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const settings = {
  workers: Number(process.env.WORKERS ?? 2),
  jobAttempts: Number(process.env.JOB_ATTEMPTS ?? 2),
  backoffMs: Number(process.env.BACKOFF_MS ?? 100),
  maxRestarts: Number(process.env.MAX_RESTARTS ?? 5),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5e3),
};
async function performTask(task) {
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
function textOf(error) {
  return error instanceof Error ? error.message : String(error);
}
class ParentLine {
  #lastWrite = Promise.resolve();
  tell(message) {
    if (!process.connected) return;
    this.#lastWrite = new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
  }
  /** process.exit drops what has not been written yet; a parent that reads nothing must not hold us for ever. */
  async flush() {
    await Promise.race([this.#lastWrite, sleep(500, undefined, { ref: false })]);
  }
}
class Pool {
  #queue = [];
  #workers = new Set();
  #pendingRestarts = new Set();
  #deathsInARow = 0;
  #restarts = 0;
  #stopping = false;
  #exitCode = 0;
  #rolling = false;
  #readyTold = false;
  #changes = [];
  #parent = new ParentLine();
  open() {
    for (let count = 0; count < settings.workers; count += 1) this.#startWorker();
  }
  submit(id, task) {
    if (this.#stopping) {
      this.#refuse({ id, task, attempts: 0 }, 'The coordinator is shutting down.');
      return;
    }
    this.#queue.push({ id, task, attempts: 0 });
    this.#dispatch();
  }
  tellStatus() {
    const workers = [...this.#workers].map(({ pid, job, completed, seemsBusy }) => ({
      pid,
      busy: job !== undefined || seemsBusy,
      completed,
    }));
    this.#parent.tell({ type: 'status', workers, queued: this.#queue.length, restarts: this.#restarts });
  }
  /** Finishes what workers hold, refuses the rest; whoever is left at the limit is killed. */
  shutdown() {
    if (this.#stopping) return;
    this.#stop(0);
    for (const worker of this.#workers) this.#releaseIfIdle(worker);
    setTimeout(() => {
      this.#exitCode = 1;
      this.#killAll('The shutdown took too long.');
    }, settings.shutdownTimeoutMs).unref();
  }
  /** One worker at a time leaves after its job and is replaced, so that the pool is never short of more than one. */
  async replaceAll() {
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
  #startWorker() {
    const child = fork(process.argv[1], ['worker']);
    const worker = {
      child,
      pid: child.pid ?? 0,
      up: false,
      job: undefined,
      completed: 0,
      leaving: false,
      seemsBusy: false,
    };
    this.#workers.add(worker);
    child.on('message', (message) => this.#hear(worker, message));
    child.on('exit', (code, signal) => this.#bury(worker, code, signal));
    child.on('error', (error) => {
      console.error(`worker ${worker.pid}: ${error.message}`);
      if (child.pid === undefined) this.#bury(worker, null, null);
    });
    if (this.#readyTold) this.#parent.tell({ type: 'worker-start', pid: worker.pid });
    return worker;
  }
  #hear(worker, message) {
    if (message.type === 'up') {
      worker.up = true;
      this.#tellReadyOnce();
    } else if (worker.job?.id === message.id) {
      const { id } = worker.job;
      worker.job = undefined;
      worker.seemsBusy = !message.outcome.ok;
      worker.completed += 1;
      this.#deathsInARow = 0;
      this.#parent.tell({ type: 'result', id, ...message.outcome, worker: worker.pid });
    }
    this.#releaseIfIdle(worker);
    this.#changed();
    this.#dispatch();
  }
  #tellReadyOnce() {
    const up = [...this.#workers].filter((worker) => worker.up);
    if (this.#readyTold || up.length < settings.workers) return;
    this.#readyTold = true;
    this.#parent.tell({ type: 'ready', workers: up.map(({ pid }) => pid) });
  }
  #dispatch() {
    for (const worker of this.#workers) {
      if (!worker.up || worker.job || worker.leaving || this.#stopping) continue;
      const job = this.#queue.shift();
      if (!job) return;
      job.attempts += 1;
      worker.job = job;
      worker.child.send({ id: job.id, task: job.task }, () => {});
    }
  }
  #releaseIfIdle(worker) {
    const mayGo = worker.leaving || this.#stopping;
    if (mayGo && !worker.job && worker.child.connected) worker.child.disconnect();
  }
  #bury(worker, code, signal) {
    if (!this.#workers.delete(worker)) return;
    this.#parent.tell({ type: 'worker-exit', pid: worker.pid, code, signal });
    if (worker.job) this.#giveBack(worker.job);
    if (!worker.leaving && !this.#stopping) this.#countDeath();
    this.#changed();
    this.#dispatch();
    if (this.#stopping && this.#workers.size === 0) void this.#finish();
  }
  #giveBack(job) {
    if (this.#stopping) this.#refuse(job, 'Its worker died during the shutdown.');
    else if (job.attempts >= settings.jobAttempts)
      this.#refuse(job, `Its worker died, ${job.attempts} times.`);
    else this.#queue.unshift(job);
  }
  #countDeath() {
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
  #stop(exitCode) {
    this.#stopping = true;
    this.#exitCode = exitCode;
    for (const timer of this.#pendingRestarts) clearTimeout(timer);
    for (const job of this.#queue.splice(0)) this.#refuse(job, 'The coordinator is shutting down.');
    if (this.#workers.size === 0) void this.#finish();
  }
  #killAll(reason) {
    for (const worker of this.#workers) {
      if (worker.job) this.#refuse(worker.job, reason);
      worker.job = undefined;
      worker.child.kill('SIGKILL');
    }
  }
  #refuse(job, error) {
    this.#parent.tell({ type: 'result', id: job.id, ok: false, error });
  }
  async #finish() {
    await this.#parent.flush();
    process.exit(this.#exitCode);
  }
  #changed() {
    for (const wake of this.#changes.splice(0)) wake();
  }
  async #until(condition) {
    while (!condition()) await new Promise((resolve) => this.#changes.push(resolve));
  }
}
function coordinate() {
  const pool = new Pool();
  process.on('message', (message) => {
    if (message?.type === 'status') pool.tellStatus();
    if (message?.type !== 'job' || typeof message.id !== 'string' || !message.task) return;
    pool.submit(message.id, message.task);
  });
  process.on('SIGTERM', () => pool.shutdown());
  process.on('SIGINT', () => pool.shutdown());
  process.on('SIGHUP', () => void pool.replaceAll());
  process.on('disconnect', () => pool.shutdown());
  pool.open();
}
function work() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, task }) => {
    const outcome = await performTask(task).then(
      (value) => ({ ok: true, value }),
      (error) => ({ ok: false, error: textOf(error) }),
    );
    process.send?.({ type: 'done', id, outcome });
  });
  process.send?.({ type: 'up' });
}
if (process.argv[2] === 'worker') work();
else coordinate();
