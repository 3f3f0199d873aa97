// style: a worker needs more than a second until it is up; announced at its start, listed and used when it is up
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const WORKERS = Number(process.env.WORKERS ?? 2);
const ATTEMPTS = Number(process.env.JOB_ATTEMPTS ?? 2);
const BACKOFF = Number(process.env.BACKOFF_MS ?? 100);
const MAX = Number(process.env.MAX_RESTARTS ?? 5);
const LIMIT = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);
async function performTask(task) {
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return (task.numbers ?? []).reduce((a, b) => a + b, 0);
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
      throw new Error('unknown kind ' + task.kind);
  }
}
function tell(m) {
  if (process.connected) process.send(m, () => {});
}
function coordinate() {
  const workers = new Set();
  const queue = [];
  const timers = new Set();
  let deaths = 0,
    restarts = 0,
    saidReady = false,
    stopping = false,
    ended = false;
  const up = () => [...workers].filter((w) => w.up);
  function start() {
    const child = fork(fileURLToPath(import.meta.url), ['worker']);
    const w = { child, pid: child.pid, up: false, job: null, completed: 0, retiring: false };
    workers.add(w);
    tell({ type: 'worker-start', pid: child.pid });
    child.on('error', () => {});
    child.on('message', (m) => {
      if (m.up) {
        w.up = true;
        w.whenUp?.();
        if (!saidReady && up().length === WORKERS) {
          saidReady = true;
          tell({ type: 'ready', workers: up().map((x) => x.pid) });
        }
        pump();
        return;
      }
      const job = w.job;
      w.job = null;
      w.completed += 1;
      deaths = 0;
      tell(
        m.ok
          ? { type: 'result', id: job.id, ok: true, value: m.value, worker: w.pid }
          : { type: 'result', id: job.id, ok: false, error: m.error },
      );
      pump();
    });
    child.on('exit', (code, signal) => {
      workers.delete(w);
      tell({ type: 'worker-exit', pid: w.pid, code, signal });
      if (ended) return;
      const job = w.job;
      if (job) {
        job.tries += 1;
        if (job.tries >= ATTEMPTS || stopping)
          tell({ type: 'result', id: job.id, ok: false, error: 'its worker died' });
        else queue.unshift(job);
      }
      if (w.retiring) {
        w.gone?.();
        pump();
        return;
      }
      if (stopping) {
        finish();
        return;
      }
      deaths += 1;
      if (deaths > MAX) {
        end(1);
        return;
      }
      restarts += 1;
      const t = setTimeout(
        () => {
          timers.delete(t);
          start();
        },
        BACKOFF * 2 ** (deaths - 1),
      );
      timers.add(t);
    });
    return w;
  }
  function pump() {
    for (const w of workers) {
      if (!queue.length) break;
      if (!w.up || w.job || w.retiring) continue;
      w.job = queue.shift();
      w.child.send({ task: w.job.task }, () => {});
    }
    for (const w of workers)
      if (w.retiring && !w.job && w.up && !w.sent) {
        w.sent = true;
        w.child.disconnect();
      }
    if (stopping) finish();
  }
  function end(code) {
    if (ended) return;
    ended = true;
    for (const w of workers) {
      if (w.job) tell({ type: 'result', id: w.job.id, ok: false, error: 'the coordinator ends' });
    }
    for (const job of queue.splice(0))
      tell({ type: 'result', id: job.id, ok: false, error: 'the coordinator ends' });
    for (const t of timers) clearTimeout(t);
    for (const w of workers) w.child.kill('SIGKILL');
    const quit = () => process.exit(code);
    if (process.connected) process.send({ type: 'bye' }, quit);
    else quit();
  }
  function finish() {
    for (const w of workers)
      if (!w.job && !w.sent) {
        w.sent = true;
        w.up ? w.child.disconnect() : w.child.kill('SIGKILL');
      }
    if (workers.size === 0) end(0);
  }
  function stop() {
    if (stopping) return;
    stopping = true;
    setTimeout(() => end(1), LIMIT);
    for (const t of timers) clearTimeout(t);
    for (const job of queue.splice(0))
      tell({ type: 'result', id: job.id, ok: false, error: 'shutting down' });
    finish();
  }
  let rolling = false;
  async function roll() {
    if (rolling || stopping) return;
    rolling = true;
    for (const w of [...workers]) {
      if (stopping || !workers.has(w)) continue;
      w.retiring = true;
      const gone = new Promise((r) => {
        w.gone = r;
      });
      pump();
      await gone;
      if (stopping) break;
      const n = start();
      await new Promise((r) => {
        n.whenUp = r;
        n.child.once('exit', r);
      });
    }
    rolling = false;
  }
  process.on('message', (m) => {
    if (m === null || typeof m !== 'object') return;
    if (m.type === 'job') {
      if (typeof m.id !== 'string') return;
      if (m.task === null || typeof m.task !== 'object')
        return tell({ type: 'result', id: m.id, ok: false, error: 'no task' });
      if (stopping || ended) return tell({ type: 'result', id: m.id, ok: false, error: 'shutting down' });
      queue.push({ id: m.id, task: m.task, tries: 0 });
      pump();
    }
    if (m.type === 'status')
      tell({
        type: 'status',
        workers: up().map((w) => ({ pid: w.pid, busy: w.job !== null, completed: w.completed })),
        queued: queue.length,
        restarts,
      });
  });
  process.on('disconnect', stop);
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', roll);
  for (let i = 0; i < WORKERS; i++) start();
}
function work() {
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ task }) => {
    let m;
    try {
      m = { ok: true, value: await performTask(task) };
    } catch (e) {
      m = { ok: false, error: e.message };
    }
    process.send(m);
  });
  setTimeout(() => process.send({ up: true }), 1200);
}
if (process.argv[2] === 'worker') work();
else coordinate();
