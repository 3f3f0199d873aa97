// mistake: Jobs are given out in rounds, one to each worker, and the next round begins when the last of them is done.
// breaks: long-job-holds-up-nobody
// moot: status-is-true
import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

type Job = { id: string; task: any; tries: number };
type Seat = {
  child: ChildProcess | undefined;
  pid: number;
  job: Job | undefined;
  completed: number;
  up: boolean;
  leave: boolean;
  served: boolean;
};

const read = (name: string, fallback: number) => Number(process.env[name] ?? fallback);
const limits = {
  seats: read('WORKERS', 2),
  tries: read('JOB_ATTEMPTS', 2),
  backoffMs: read('BACKOFF_MS', 100),
  restarts: read('MAX_RESTARTS', 5),
  shutdownMs: read('SHUTDOWN_TIMEOUT_MS', 5000),
};

async function performTask(task: any) {
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return task.numbers.reduce((a: number, b: number) => a + b, 0);
    case 'sleep':
      return await delay(task.ms, task.value);
    case 'fail':
      throw new Error(task.message);
    case 'crash':
      return process.exit(1);
    case 'hang':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  throw new Error('no such task');
}

async function worker() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
  process.once('disconnect', () => process.exit(0));
  const messages = on(process, 'message');
  process.send?.({ up: true });
  for await (const [{ id, task }] of messages) {
    // Not awaited: the loop has to go on hearing, and the coordinator gives one job at a time.
    performTask(task)
      .then((value) => ({ id, ok: true, value }))
      .catch((error) => ({ id, ok: false, error: error.message }))
      .then((answer) => process.send?.(answer));
  }
}

/** Wakes everybody who waits whenever anything has changed; each looks for itself. */
class Bell {
  #waiting: Array<() => void> = [];
  ring() {
    for (const wake of this.#waiting.splice(0)) wake();
  }
  async until(condition: () => boolean) {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

async function coordinator() {
  const bell = new Bell();
  const queue: Job[] = [];
  const seats: Seat[] = Array.from({ length: limits.seats }, () => ({
    child: undefined,
    pid: 0,
    job: undefined,
    completed: 0,
    up: false,
    leave: false,
    served: false,
  }));
  let deaths = 0;
  let restarts = 0;
  let stopping = false;
  let force = false;
  let announced = false;
  const stop = new AbortController();
  const say = (message: object) =>
    void (process.connected && process.send?.(message, undefined, {}, () => undefined));
  const refuse = (id: string, error: string) => say({ type: 'result', id, ok: false, error });

  const shutdown = () => {
    if (stopping) return;
    stopping = true;
    stop.abort();
    for (const { id } of queue.splice(0)) refuse(id, 'shutting down');
    delay(limits.shutdownMs, undefined, { ref: false }).then(cut);
    bell.ring();
  };
  const cut = () => {
    force = true;
    for (const { child } of seats) child?.kill('SIGKILL');
  };

  const endTheRound = () => {
    if (seats.some(({ job }) => job)) return;
    for (const seat of seats) seat.served = false;
  };

  async function occupy(seat: Seat) {
    while (!stopping) {
      const child = fork(process.argv[1] as string, ['-w']);
      Object.assign(seat, {
        child,
        pid: child.pid,
        job: undefined,
        completed: 0,
        up: false,
        leave: false,
        served: false,
      });
      child.on('error', () => undefined);
      if (announced) say({ type: 'worker-start', pid: child.pid });
      let alive = true;
      const exit = once(child, 'exit').then((how) => {
        alive = false;
        bell.ring();
        return how;
      });
      const serving = serve(seat, child, () => alive);
      const [code, signal] = await exit;
      await serving;
      seat.child = undefined;
      seat.up = false;
      say({ type: 'worker-exit', pid: seat.pid, code, signal });
      const { job } = seat;
      seat.job = undefined;
      endTheRound();
      if (job && stopping) refuse(job.id, 'lost in the shutdown');
      else if (job && job.tries >= limits.tries) refuse(job.id, 'its worker died each time');
      else if (job) queue.unshift(job);
      bell.ring();
      if (stopping || seat.leave) continue;
      deaths += 1;
      if (deaths > limits.restarts) {
        shutdown();
        cut();
        continue;
      }
      await delay(limits.backoffMs * 2 ** (deaths - 1), undefined, { signal: stop.signal }).catch(
        () => undefined,
      );
      restarts += 1;
    }
  }

  async function serve(seat: Seat, child: ChildProcess, alive: () => boolean) {
    const hear = (message: any) => {
      if (message.up) seat.up = true;
      else if (seat.job) {
        const { id } = seat.job;
        seat.job = undefined;
        seat.served = true;
        endTheRound();
        seat.completed += 1;
        deaths = 0;
        say({ ...message, type: 'result', id, worker: seat.pid });
      }
      bell.ring();
    };
    child.on('message', hear);
    while (alive()) {
      await bell.until(
        () =>
          !alive() ||
          (seat.up && !seat.job && (stopping || seat.leave || (queue.length > 0 && !seat.served))) ||
          (stopping && !seat.up),
      );
      if (!alive()) break;
      if (stopping || seat.leave) {
        if (child.connected) child.disconnect();
        await bell.until(() => !alive());
        break;
      }
      // Another seat that was woken by the same ring may have taken it.
      const job = seat.served ? undefined : queue.shift();
      if (!job) continue;
      job.tries += 1;
      seat.job = job;
      child.send({ id: job.id, task: job.task }, () => undefined);
    }
    child.off('message', hear);
  }

  let renewing = false;
  async function renew() {
    if (renewing) return;
    renewing = true;
    for (const seat of seats) {
      const { child } = seat;
      seat.leave = true;
      bell.ring();
      await bell.until(() => stopping || (seat.child !== child && seat.up));
    }
    renewing = false;
  }

  process.on('SIGTERM', shutdown);
  process.on('SIGINT', shutdown);
  process.on('disconnect', shutdown);
  process.on('SIGHUP', renew);
  process.on('message', (message: any) => {
    if (message?.type === 'status') {
      const present = seats.filter(({ child }) => child);
      const workers = present.map(({ pid, job, completed }) => ({ pid, busy: Boolean(job), completed }));
      say({ type: 'status', workers, queued: queue.length, restarts });
    }
    if (
      message?.type === 'job' &&
      typeof message.id === 'string' &&
      typeof message.task === 'object' &&
      message.task
    ) {
      if (stopping) refuse(message.id, 'shutting down');
      else queue.push({ id: message.id, task: message.task, tries: 0 });
      bell.ring();
    }
  });
  const all = seats.map(occupy);
  await bell.until(() => stopping || seats.every(({ up }) => up));
  announced = true;
  say({ type: 'ready', workers: seats.map(({ pid }) => pid) });
  await Promise.all(all);
  process.exitCode = force ? 1 : 0;
  if (process.connected) process.send?.({ type: 'done' }, undefined, {}, () => process.exit());
  else process.exit();
}

await (process.argv[2] === '-w' ? worker() : coordinator());
