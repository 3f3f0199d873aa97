// One async loop a worker: it starts a cluster worker, takes jobs for it until it is gone, and begins again.
import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

type Task = { kind: string; value?: unknown; numbers?: number[]; ms?: number; message?: string };
type ParentMessage = { type?: string; id?: unknown; task?: Task } | null;
type Outcome = { ok: true; value: unknown } | { ok: false; error: string };
type Job = { id: string; task: Task; attempts: number };
type Running = {
  worker: Worker;
  pid: number;
  up: boolean;
  job: Job | undefined;
  completed: number;
  leave: AbortController;
};

const workerCount = Number(process.env.WORKERS ?? 2);
const jobAttempts = Number(process.env.JOB_ATTEMPTS ?? 2);
const backoffMs = Number(process.env.BACKOFF_MS ?? 100);
const maxRestarts = Number(process.env.MAX_RESTARTS ?? 5);
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);

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

/** Jobs in order, and those who wait for one. */
class JobQueue {
  #jobs: Job[] = [];
  #waiting: Array<(job: Job) => void> = [];

  get length(): number {
    return this.#jobs.length;
  }

  put(job: Job, place: 'last' | 'first' = 'last'): void {
    const taker = this.#waiting.shift();
    if (taker) taker(job);
    else if (place === 'first') this.#jobs.unshift(job);
    else this.#jobs.push(job);
  }

  /** The next job, or undefined as soon as the signal aborts: a taker that is gone must not swallow a job. */
  take(signal: AbortSignal): Promise<Job | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const next = this.#jobs.shift();
    if (next) return Promise.resolve(next);
    return new Promise((resolve) => {
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((taker) => taker !== take);
        resolve(undefined);
      };
      const take = (job: Job) => {
        signal.removeEventListener('abort', giveUp);
        resolve(job);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  drain(): Job[] {
    return this.#jobs.splice(0);
  }
}

const queue = new JobQueue();
const slots: Array<Running | undefined> = [];
const stop = new AbortController();
let exitCode = 0;
let deathsInARow = 0;
let restarts = 0;
let isReady = false;
let lastWrite: Promise<void> = Promise.resolve();

function tell(message: Record<string, unknown>): void {
  if (!process.connected) return;
  // With a callback, a channel that closes meanwhile is not an error that ends the coordinator.
  lastWrite = new Promise((resolve) => process.send?.(message, undefined, {}, () => resolve()));
}

const refuse = (job: { id: string }, error: string) => tell({ type: 'result', id: job.id, ok: false, error });

/** Keeps one place filled with a worker until the coordinator stops. */
async function tendSlot(slot: number, announceUp: () => void): Promise<void> {
  for (let isFirst = true; !stop.signal.aborted; isFirst = false) {
    const running = startWorker(slot);
    if (isReady || !isFirst) tell({ type: 'worker-start', pid: running.pid });
    const wasPlanned = await runWorker(running, announceUp);
    slots[slot] = undefined;
    if (wasPlanned || stop.signal.aborted) continue;
    deathsInARow += 1;
    if (deathsInARow > maxRestarts) giveUp();
    const waitMs = backoffMs * 2 ** (deathsInARow - 1);
    await sleep(waitMs, undefined, { signal: stop.signal }).catch(() => {});
    restarts += 1;
  }
}

function startWorker(slot: number): Running {
  const worker = cluster.fork();
  // A send to a worker that has just died, or a failed spawn, must not become an uncaught 'error'.
  worker.on('error', (error) => console.error(`worker ${worker.process.pid}: ${error.message}`));
  const pid = worker.process.pid ?? 0;
  const running = { worker, pid, up: false, job: undefined, completed: 0, leave: new AbortController() };
  slots[slot] = running;
  return running;
}

/** Gives the worker one job after the other. Resolves when it is gone; to true where that was our wish. */
async function runWorker(running: Running, announceUp: () => void): Promise<boolean> {
  const { worker, leave } = running;
  const gone = new AbortController();
  const exit = once(worker, 'exit').then(([code, signal]) => {
    gone.abort();
    tell({ type: 'worker-exit', pid: running.pid, code, signal });
  });
  const mayTake = AbortSignal.any([stop.signal, leave.signal, gone.signal]);
  if (await firstMessage(worker, gone.signal)) {
    running.up = true;
    announceUp();
  }
  for (let job = await queue.take(mayTake); job; job = await queue.take(mayTake)) {
    running.job = job;
    job.attempts += 1;
    const outcome = await perform(worker, job, gone.signal);
    running.job = undefined;
    if (outcome) {
      deathsInARow = 0;
      running.completed += 1;
      tell({ type: 'result', id: job.id, ...outcome, worker: running.pid });
    } else if (stop.signal.aborted) refuse(job, 'Its worker ended during the shutdown.');
    else if (job.attempts >= jobAttempts) refuse(job, `Its worker died, ${job.attempts} times.`);
    else queue.put(job, 'first');
  }
  const wasPlanned = !gone.signal.aborted;
  if (wasPlanned && worker.isConnected()) worker.process.disconnect();
  await exit;
  return wasPlanned;
}

async function firstMessage(worker: Worker, gone: AbortSignal): Promise<boolean> {
  return await once(worker, 'message', { signal: gone }).then(
    () => true,
    () => false,
  );
}

/** What the worker made of the job, or undefined where it died over it. */
async function perform(worker: Worker, job: Job, gone: AbortSignal): Promise<Outcome | undefined> {
  const answer = once(worker, 'message', { signal: gone });
  worker.send({ task: job.task }, () => {});
  return await answer.then(
    ([outcome]) => outcome,
    () => undefined,
  );
}

function shutdown(): void {
  if (stop.signal.aborted) return;
  stop.abort();
  for (const job of queue.drain()) refuse(job, 'The coordinator is shutting down.');
  setTimeout(killWorkers, shutdownTimeoutMs).unref();
}

function giveUp(): void {
  shutdown();
  killWorkers();
}

function killWorkers(): void {
  exitCode = 1;
  // worker.kill() waits for the worker's own disconnect, which a blocked loop never makes.
  for (const running of slots) running?.worker.process.kill('SIGKILL');
}

let isRolling = false;

/** Replaces one worker after the other; the next one leaves when the replacement is up. */
async function replaceAll(): Promise<void> {
  if (isRolling) return;
  isRolling = true;
  for (let slot = 0; slot < workerCount; slot += 1) {
    const before = slots[slot];
    before?.leave.abort();
    while (!stop.signal.aborted && (slots[slot] === before || !slots[slot]?.up)) await sleep(10);
  }
  isRolling = false;
}

async function coordinate(): Promise<void> {
  process.on('message', (message: ParentMessage) => {
    if (message?.type === 'status') tellStatus();
    if (message?.type !== 'job' || typeof message.id !== 'string' || !message.task) return;
    const { id, task } = message;
    if (stop.signal.aborted) refuse({ id }, 'The coordinator is shutting down.');
    else queue.put({ id, task, attempts: 0 });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, shutdown);
  process.on('disconnect', shutdown);
  process.on('SIGHUP', () => void replaceAll());

  const announceUp = () => {
    const up = slots.filter((running) => running?.up);
    if (isReady || up.length < workerCount) return;
    isReady = true;
    tell({ type: 'ready', workers: up.map((running) => running?.pid) });
  };
  await Promise.all(Array.from({ length: workerCount }, (_, slot) => tendSlot(slot, announceUp)));
  // process.exit drops unwritten messages; a parent that reads nothing must not hold us for ever.
  await Promise.race([lastWrite, sleep(500)]);
  process.exit(exitCode);
}

function tellStatus(): void {
  const workers = slots.flatMap((running) =>
    running ? [{ pid: running.pid, busy: running.job !== undefined, completed: running.completed }] : [],
  );
  tell({ type: 'status', workers, queued: queue.length, restarts });
}

function work(): void {
  // Ctrl-C in a terminal signals the whole group; the coordinator alone decides when a worker ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  // A cluster worker ends by itself when its channel closes, also after a SIGKILL to the coordinator.
  process.on('message', async ({ task }: { task: Task }) => {
    const outcome: Outcome = await performTask(task).then(
      (value) => ({ ok: true, value }),
      (error) => ({ ok: false, error: error instanceof Error ? error.message : String(error) }),
    );
    process.send?.(outcome);
  });
  process.send?.('up');
}

if (cluster.isPrimary) void coordinate();
else work();
