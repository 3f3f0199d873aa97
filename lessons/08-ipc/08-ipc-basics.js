/**
 * An HTTP front whose jobs are done by worker processes, which it talks to over IPC.
 * Start it with: node 08-ipc-basics.js, and ask it with: curl 'localhost:3000/render?id=a&ms=200'
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const { env } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  workers: Number(env.WORKERS ?? 2),
  // What one worker holds at once. It bounds what waits in its channel, which has no other bound.
  jobsPerWorker: Number(env.JOBS_PER_WORKER ?? 4),
  maxWaiting: Number(env.MAX_WAITING ?? 100),
  jobLimitMs: Number(env.JOB_LIMIT_MS ?? 10_000),
  tries: Number(env.TRIES ?? 2),
  backoffMs: Number(env.BACKOFF_MS ?? 100),
  // Deaths in a row, without a job done in between, that are still mended.
  maxDeaths: Number(env.MAX_DEATHS ?? 5),
  graceMs: Number(env.GRACE_MS ?? 8_000),
};

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

/** What the caller is told where there is no result. */
const noResult = (status, message) => Object.assign(new Error(message), { status });

/** The workers, what each of them holds, and the jobs that wait for one to be free. */
class Pool {
  #workers = new Set();
  #waiting = [];
  #lastId = 0;
  #deaths = 0;
  #end = new AbortController();

  constructor({ onReady, onGivenUp }) {
    Object.assign(this, { onReady, onGivenUp });
    for (let count = 0; count < settings.workers; count += 1) this.#start();
  }

  get ready() {
    return [...this.#workers].filter(({ ready }) => ready).length;
  }

  /** Every question has one answer, and a limit. */
  async ask(task) {
    if (this.#end.signal.aborted) throw noResult(503, 'the service is closing');
    if (this.#waiting.length >= settings.maxWaiting) throw noResult(503, 'too many jobs wait');
    return await new Promise((resolve, reject) => {
      this.#lastId += 1;
      this.#waiting.push({ id: this.#lastId, task, tries: 0, resolve, reject });
      this.#dispatch();
    });
  }

  /** Ends the workers. It takes no signal: the end of its channel is the end of a worker. */
  async close() {
    this.#end.abort();
    const gone = [...this.#workers].map(({ child }) => once(child, 'exit'));
    for (const { child } of this.#workers) if (child.connected) child.disconnect();
    await Promise.all(gone);
  }

  /** For the limit. SIGKILL needs no help of a worker whose loop is blocked; its jobs come back with its end. */
  async kill() {
    this.#abandonWaiting();
    for (const { child } of this.#workers) child.kill('SIGKILL');
    await this.close();
  }

  #start() {
    // A worker has its parent's environment unless it is given another. What it does not need it need not know.
    const { DATABASE_PASSWORD, ...workerEnv } = env;
    const child = fork(new URL('08-ipc-worker.js', import.meta.url), { env: workerEnv });
    const worker = { child, ready: false, jobs: new Map() };
    this.#workers.add(worker);
    child.on('message', (message) => this.#hear(worker, message));
    // Without its channel a worker is of no use, and may have forgotten to end.
    child.on('disconnect', () => {
      worker.ready = false;
      if (!this.#end.signal.aborted) child.kill('SIGKILL');
    });
    child.on('exit', (code, signal) => this.#bury(worker, code, signal));
    // A process that could not be started has no exit. Without this listener its error would end the coordinator.
    child.on('error', () => child.pid === undefined && this.#bury(worker, null, null));
  }

  #dispatch() {
    while (this.#waiting.length > 0) {
      const free = [...this.#workers].filter((one) => one.ready && one.jobs.size < settings.jobsPerWorker);
      const [worker] = free.sort((a, b) => a.jobs.size - b.jobs.size);
      if (worker === undefined) return;
      this.#give(worker, this.#waiting.shift());
    }
  }

  #give(worker, job) {
    job.tries += 1;
    job.limit = setTimeout(() => this.#giveUp(worker, job), settings.jobLimitMs);
    worker.jobs.set(job.id, job);
    say('job.given', { job: job.id, worker: worker.child.pid });
    // A worker that died a moment ago still looks connected. With a callback a failed send is told here; without one
    // it is an 'error' event. The job comes back with the worker's end alone, so that it comes back once.
    worker.child.send({ type: 'job', id: job.id, task: job.task }, (error) => {
      if (error) say('send.failed', { job: job.id, code: error.code });
    });
  }

  /** What comes through a channel is input, and is looked at before anything is done with it. */
  #hear(worker, message) {
    const { type, id, value, message: reason } = Object(message);
    const job = worker.jobs.get(id);
    if (type === 'ready') {
      worker.ready = true;
      if (this.ready === settings.workers) this.onReady();
    } else if (job !== undefined && (type === 'done' || type === 'failed')) {
      this.#deaths = 0;
      if (type === 'done') this.#take(worker, job).resolve(value);
      else this.#take(worker, job).reject(noResult(500, String(reason)));
    } else {
      say('message.refused', { worker: worker.child.pid });
    }
    this.#dispatch();
  }

  #giveUp(worker, job) {
    this.#take(worker, job).reject(noResult(504, 'the job took too long'));
    say('job.too-long', { job: job.id, worker: worker.child.pid });
    // Where its loop is blocked, no message and no signal that it listens for reaches it.
    worker.child.kill('SIGKILL');
  }

  #bury(worker, code, signal) {
    this.#workers.delete(worker);
    say('worker.exit', { worker: worker.child.pid, code, signal });
    for (const job of worker.jobs.values()) {
      this.#take(worker, job);
      if (job.tries < settings.tries) this.#waiting.unshift(job);
      else job.reject(noResult(502, 'the worker died'));
    }
    this.#deaths += 1;
    if (this.#end.signal.aborted || this.#deaths > settings.maxDeaths) {
      this.#abandonWaiting();
      this.onGivenUp();
    } else {
      const waitMs = settings.backoffMs * 2 ** (this.#deaths - 1);
      say('worker.restart', { waitMs });
      delay(waitMs, undefined, { signal: this.#end.signal }).then(
        () => this.#start(),
        () => {},
      );
      this.#dispatch();
    }
  }

  #abandonWaiting() {
    this.#end.abort();
    for (const job of this.#waiting.splice(0)) job.reject(noResult(503, 'nobody is left to do it'));
  }

  #take(worker, job) {
    clearTimeout(job.limit);
    worker.jobs.delete(job.id);
    return job;
  }
}

let stopping = false;
const pool = new Pool({ onReady: listen, onGivenUp: () => stop('too many deaths', 1) });
const server = createServer(async (request, response) => {
  const { pathname, searchParams: query } = new URL(request.url, 'http://localhost');
  let [status, body] = [pathname === '/' ? 200 : 404, {}];
  // One process answers for all: a balancer wants to know whether anybody is there to do the work.
  if (pathname === '/ready')
    [status, body] = [pool.ready > 0 && !stopping ? 200 : 503, { ready: pool.ready }];
  if (pathname === '/render') {
    const task = { ms: Number(query.get('ms')), fault: query.get('fault') };
    [status, body] = await pool.ask(task).then(
      (value) => [200, { id: query.get('id'), ...value }],
      (error) => [error.status ?? 500, { message: error.message }],
    );
  }
  if (stopping) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
});

function listen() {
  if (server.listening || stopping) return;
  server.listen(settings.port, '127.0.0.1', () => say('ready', { port: server.address().port }));
}

async function stop(reason, code) {
  if (stopping) return;
  stopping = true;
  process.exitCode = code;
  say('stopping', { reason });
  const limit = setTimeout(async () => {
    process.exitCode = 1;
    say('gave-up', { after: settings.graceMs });
    await pool.kill();
    // The callers of the jobs were told; whoever is connected without a question would hold the server.
    setImmediate(() => server.closeAllConnections());
  }, settings.graceMs);
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  // The last answer is out, so nobody needs a worker any more.
  await pool.close();
  clearTimeout(limit);
  say('stopped', { code: process.exitCode });
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop(signal, 0));
