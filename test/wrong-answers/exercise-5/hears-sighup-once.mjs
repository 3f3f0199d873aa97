// mistake: The mark that the workers are being replaced is never taken back.
// breaks: sighup-loses-no-job
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const shrug = () => {};

async function performTask(task) {
  const { kind, value, numbers, ms, message } = task;
  if (kind === 'echo') return value;
  if (kind === 'sum') return (numbers ?? []).reduce((total, next) => total + next, 0);
  if (kind === 'sleep') return sleep(ms ?? 0, value);
  if (kind === 'fail') throw new Error(message);
  if (kind === 'crash') process.exit(1);
  if (kind === 'hang') return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  throw new TypeError(`no task is called ${kind}`);
}

/** A promise with its resolver. */
function promised() {
  const made = {};
  made.promise = new Promise((resolve) => (made.resolve = resolve));
  return made;
}

class Timers {
  #all = new Set();
  /** Calls back once `ms` have passed, and not a moment before. */
  after(ms, then) {
    const due = performance.now() + ms;
    const entry = {};
    const arm = () => {
      entry.timer = setTimeout(
        () => {
          if (performance.now() < due) return arm();
          this.#all.delete(entry);
          then();
        },
        Math.min(Math.ceil(due - performance.now()) + 1, 2 ** 31 - 1),
      );
    };
    this.#all.add(entry);
    arm();
  }
  clear() {
    for (const { timer } of this.#all) clearTimeout(timer);
    this.#all.clear();
  }
}

class Line {
  #open = 0;
  #flushed = null;
  tell(type, fields) {
    if (!process.connected) return;
    this.#open += 1;
    process.send({ type, ...fields }, () => {
      this.#open -= 1;
      if (this.#open === 0) this.#flushed?.();
    });
  }
  flushed() {
    return new Promise((resolve) => {
      if (this.#open === 0) return resolve();
      this.#flushed = resolve;
      setTimeout(resolve, 1000);
    });
  }
}

class Jobs {
  #queue = [];
  #idle = new Map(); // worker -> how to hand it something
  #line;
  #attempts;
  refusal = null;

  constructor(line, attempts) {
    this.#line = line;
    this.#attempts = attempts;
  }

  get waiting() {
    return this.#queue.length;
  }

  submit({ id, task }) {
    if (typeof id !== 'string') return;
    if (this.refusal !== null) return this.fail({ id }, this.refusal);
    if (task === null || typeof task !== 'object') return this.fail({ id }, 'there is no task in it');
    this.#queue.push({ id, task, tries: 0 });
    this.#deal();
  }

  #deal() {
    for (const [worker, hand] of this.#idle) {
      if (this.#queue.length === 0) return;
      this.#idle.delete(worker);
      // Given in this very moment, so that a status asked for next already shows it.
      hand(worker.take(this.#queue.shift()));
    }
  }

  /** The jobs for one worker, one at a time, until it is dismissed or dead. */
  async *for(worker) {
    while (!worker.dismissed && !worker.dead) {
      const next = promised();
      this.#idle.set(worker, next.resolve);
      this.#deal();
      const done = await next.promise;
      if (done === null) return;
      yield done;
    }
  }

  /** Wakes a worker that waits for a job: there will be none. */
  release(worker) {
    const hand = this.#idle.get(worker);
    this.#idle.delete(worker);
    hand?.(null);
  }

  isIdle(worker) {
    return this.#idle.has(worker);
  }

  answer(job, worker, outcome) {
    if (outcome.error) this.fail(job, outcome.error.message);
    else this.#line.tell('result', { id: job.id, ok: true, value: outcome.value, worker: worker.pid });
  }

  fail(job, error) {
    this.#line.tell('result', { id: job.id, ok: false, error });
  }

  lost(job) {
    if (this.refusal !== null) this.fail(job, this.refusal);
    else if (job.tries >= this.#attempts)
      this.fail(job, `given up: it was tried ${job.tries} times and each time its worker died`);
    else {
      this.#queue.push(job);
      this.#deal();
    }
  }

  close(reason) {
    this.refusal = reason;
    for (const job of this.#queue.splice(0)) this.fail(job, reason);
  }
}

class Worker {
  #child = fork(fileURLToPath(import.meta.url), ['--seat'], {
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  #outcome = null;
  #up = promised();
  #gone = promised();
  pid = this.#child.pid;
  job = null;
  completed = 0;
  isUp = false;
  dead = false;
  dismissed = false;
  stale = false;

  constructor(seat, { onDone, onGone }) {
    this.seat = seat;
    this.#child.on('error', shrug);
    this.#child.on('message', (message) => {
      if (message === 'up') {
        this.isUp = true;
        return this.#up.resolve();
      }
      const { job } = this;
      if (job === null) return;
      this.job = null;
      this.completed += 1;
      onDone(this, job, message);
      this.#outcome.resolve();
    });
    // All that it has sent has arrived before 'close'.
    this.#child.on('close', (code, signal) => {
      this.dead = true;
      onGone(this, code, signal);
      this.#outcome?.resolve();
      this.#gone.resolve();
    });
  }

  get up() {
    return Promise.race([this.#up.promise, this.#gone.promise]);
  }
  get gone() {
    return this.#gone.promise;
  }

  /** Hands it a job; the promise is kept when the job is done, or the worker dead. */
  take(job) {
    this.job = job;
    job.tries += 1;
    this.#outcome = promised();
    this.#child.send({ task: job.task }, shrug);
    return this.#outcome;
  }

  bye() {
    this.#child.send('bye', shrug);
  }
  kill() {
    this.#child.kill('SIGKILL');
  }
}

class Coordinator {
  #line = new Line();
  #timers = new Timers();
  #set;
  #jobs;
  #seats = [];
  #pool = new Set();
  #mode = 'open'; // closing, broken, over
  #code = 0;
  #deaths = 0;
  #restarts = 0;
  #ready = false;
  #rolling = false;

  constructor(settings) {
    this.#set = settings;
    this.#jobs = new Jobs(this.#line, settings.attempts);
    for (let number = 0; number < settings.workers; number += 1) {
      const seat = { number, current: null, next: null };
      this.#seats.push(seat);
      seat.current = this.#enlist(seat, false);
    }
  }

  #enlist(seat, tell = true) {
    const worker = new Worker(seat, {
      onDone: (...all) => this.#done(...all),
      onGone: (...all) => this.#gone(...all),
    });
    this.#pool.add(worker);
    if (tell) this.#line.tell('worker-start', { pid: worker.pid, seat: seat.number });
    this.#live(worker);
    return worker;
  }

  /** A worker's life. */
  async #live(worker) {
    await worker.up;
    if (worker.dead) return;
    this.#announce();
    for await (const { promise } of this.#jobs.for(worker)) await promise;
    if (!worker.dead) worker.bye();
  }

  #announce() {
    if (
      this.#ready ||
      this.#mode !== 'open' ||
      !this.#seats.every(({ current }) => current?.isUp && !current.dead)
    )
      return;
    this.#ready = true;
    this.#line.tell('ready', { workers: this.#seats.map(({ current }) => current.pid) });
  }

  #done(worker, job, outcome) {
    this.#deaths = 0;
    // What was broken off has been answered already.
    if (this.#mode !== 'broken') this.#jobs.answer(job, worker, outcome);
  }

  #gone(worker, code, signal) {
    this.#pool.delete(worker);
    this.#jobs.release(worker);
    this.#line.tell('worker-exit', { pid: worker.pid, code, signal });
    const { job, seat } = worker;
    worker.job = null;
    const planned = worker.dismissed && job === null;
    if (job !== null) this.#jobs.lost(job);
    if (this.#mode !== 'open') return void this.#endIfAlone();

    const wasCurrent = seat.current === worker;
    if (wasCurrent) {
      seat.current = seat.next;
      seat.next = null;
    } else {
      seat.next = null;
    }
    if (planned) {
      if (seat.current === null) seat.current = this.#enlist(seat);
      return;
    }
    this.#deaths += 1;
    if (this.#deaths > this.#set.maxRestarts) return this.#break('the workers die one after the other');
    this.#restarts += 1;
    worker.pauseMs = this.#set.backoffMs * 2 ** (this.#deaths - 1) + 1;
    if (seat.current === null) {
      this.#timers.after(worker.pauseMs, () => {
        if (this.#mode === 'open' && seat.current === null) seat.current = this.#enlist(seat);
      });
    }
  }

  #dismiss(worker) {
    worker.dismissed = true;
    this.#jobs.release(worker);
  }

  async renew() {
    for (const worker of this.#pool) worker.stale = true;
    if (this.#rolling) return;
    this.#rolling = true;
    for (;;) {
      const stale = this.#seats.filter(({ current }) => current?.stale && !current.dismissed);
      const seat = stale.find(({ current }) => this.#jobs.isIdle(current)) ?? stale[0];
      if (this.#mode !== 'open' || seat === undefined) break;
      const old = seat.current;
      const next = this.#enlist(seat);
      seat.next = next;
      await next.up;
      if (this.#mode !== 'open') break;
      if (next.dead) {
        // Its death has been counted; another one is tried after the same wait as for any other.
        await new Promise((resolve) => this.#timers.after(next.pauseMs ?? this.#set.backoffMs, resolve));
      } else if (seat.current === old) {
        this.#dismiss(old);
        await old.gone;
      }
    }
  }

  close(why) {
    if (this.#mode !== 'open') return;
    this.#mode = 'closing';
    this.#timers.clear();
    this.#jobs.close(`closing: ${why}`);
    this.#timers.after(this.#set.limitMs, () => this.#break('the limit of the shutdown is over'));
    for (const worker of this.#pool) {
      this.#dismiss(worker);
      // One that is not up yet holds no job.
      if (!worker.isUp) worker.kill();
    }
    this.#endIfAlone();
  }

  #break(reason) {
    if (this.#mode === 'over') return;
    this.#mode = 'broken';
    this.#code = 1;
    this.#timers.clear();
    this.#jobs.close(reason);
    for (const worker of this.#pool) {
      if (worker.job) this.#jobs.fail(worker.job, reason);
      worker.job = null;
      this.#dismiss(worker);
      worker.kill();
    }
    this.#endIfAlone();
  }

  async #endIfAlone() {
    if (this.#pool.size > 0 || this.#mode === 'over') return;
    this.#mode = 'over';
    this.#timers.clear();
    await this.#line.flushed();
    process.exit(this.#code);
  }

  hear(message) {
    if (message?.type === 'job') this.#jobs.submit(message);
    if (message?.type === 'status') {
      this.#line.tell('status', {
        workers: [...this.#pool].map(({ pid, job, completed, seat }) => ({
          pid,
          busy: job !== null,
          completed,
          seat: seat.number,
        })),
        queued: this.#jobs.waiting,
        restarts: this.#restarts,
      });
    }
  }
}

if (process.argv[2] === '--seat') {
  // Signals from a terminal are for the coordinator.
  for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, shrug);
  process.once('disconnect', () => process.exit(0));
  process.on('message', async (message) => {
    if (message === 'bye') return process.exit(0);
    let outcome;
    try {
      outcome = { value: await performTask(message.task) };
    } catch (error) {
      outcome = { error: error instanceof Error ? error : new Error(String(error)) };
    }
    process.send(outcome, shrug);
  });
  process.send('up', shrug);
} else {
  const {
    WORKERS = 2,
    JOB_ATTEMPTS = 2,
    BACKOFF_MS = 100,
    MAX_RESTARTS = 5,
    SHUTDOWN_TIMEOUT_MS = 5000,
  } = process.env;
  const coordinator = new Coordinator({
    workers: Number(WORKERS),
    attempts: Number(JOB_ATTEMPTS),
    backoffMs: Number(BACKOFF_MS),
    maxRestarts: Number(MAX_RESTARTS),
    limitMs: Number(SHUTDOWN_TIMEOUT_MS),
  });
  process.on('message', (message) => coordinator.hear(message));
  process.on('SIGHUP', () => coordinator.renew());
  for (const why of ['SIGTERM', 'SIGINT', 'disconnect']) process.on(why, () => coordinator.close(why));
}
