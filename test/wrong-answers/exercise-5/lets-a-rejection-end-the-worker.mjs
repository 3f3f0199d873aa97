// mistake: Does not catch the rejection in the worker, so that each one ends a process.
// breaks: rejected-job-costs-no-worker, done-job-starts-the-count-anew
// moot: status-is-true
import { fork } from 'node:child_process';

const WORKERS = Number(process.env.WORKERS ?? 2);
const JOB_ATTEMPTS = Number(process.env.JOB_ATTEMPTS ?? 2);
const BACKOFF_MS = Number(process.env.BACKOFF_MS ?? 100);
const MAX_RESTARTS = Number(process.env.MAX_RESTARTS ?? 5);
const SHUTDOWN_TIMEOUT_MS = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);

async function performTask(task) {
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return task.numbers.reduce((total, number) => total + number, 0);
    case 'sleep':
      await new Promise((resolve) => setTimeout(resolve, task.ms));
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

const queue = [];
const workers = new Map();
const restartTimers = new Set();
let deathsInARow = 0;
let restarts = 0;
let ready = false;
let stopping = false;
let exitCode = 0;
let replacing = false;

function tell(message) {
  if (process.connected) process.send(message, () => {});
}

function fail(job, error) {
  tell({ type: 'result', id: job.id, ok: false, error });
}

function startWorker() {
  const child = fork(process.argv[1], ['worker']);
  const worker = { child, pid: child.pid, up: false, job: null, completed: 0, leaving: false };
  workers.set(worker.pid, worker);
  child.on('error', () => {});
  child.on('message', (message) => onMessage(worker, message));
  child.on('exit', (code, signal) => onExit(worker, code, signal));
  if (ready) tell({ type: 'worker-start', pid: worker.pid });
  return worker;
}

function onMessage(worker, message) {
  if (message.type === 'up') {
    worker.up = true;
    announceReady();
  } else if (worker.job && worker.job.id === message.id) {
    worker.job = null;
    worker.completed += 1;
    deathsInARow = 0;
    tell({ ...message, worker: worker.pid });
  }
  dispatch();
}

function announceReady() {
  const pids = [...workers.values()].filter(({ up }) => up).map(({ pid }) => pid);
  if (ready || pids.length < WORKERS) return;
  ready = true;
  tell({ type: 'ready', workers: pids });
}

function dispatch() {
  for (const worker of workers.values()) {
    if (!worker.up || worker.job) continue;
    if (stopping || worker.leaving) {
      if (worker.child.connected) worker.child.disconnect();
    } else if (queue.length > 0) {
      giveJob(worker, queue.shift());
    }
  }
  if (stopping && workers.size === 0) finish();
}

function giveJob(worker, job) {
  job.attempts += 1;
  worker.job = job;
  worker.child.send({ id: job.id, task: job.task }, () => {});
}

function onExit(worker, code, signal) {
  workers.delete(worker.pid);
  tell({ type: 'worker-exit', pid: worker.pid, code, signal });
  if (worker.job) returnJob(worker.job);
  if (!stopping && !worker.leaving) restartLater();
  dispatch();
}

function returnJob(job) {
  if (stopping) fail(job, 'Its worker died during the shutdown.');
  else if (job.attempts >= JOB_ATTEMPTS) fail(job, 'Its worker died each time.');
  else queue.unshift(job);
}

function restartLater() {
  deathsInARow += 1;
  if (deathsInARow > MAX_RESTARTS) {
    shutdown(1);
    killAll();
    return;
  }
  const waitMs = BACKOFF_MS * 2 ** (deathsInARow - 1);
  const timer = setTimeout(() => {
    restartTimers.delete(timer);
    restarts += 1;
    startWorker();
  }, waitMs);
  restartTimers.add(timer);
}

function shutdown(code) {
  if (stopping) return;
  stopping = true;
  exitCode = code;
  for (const timer of restartTimers) clearTimeout(timer);
  for (const job of queue.splice(0)) fail(job, 'The coordinator is shutting down.');
  setTimeout(killAll, SHUTDOWN_TIMEOUT_MS).unref();
  for (const worker of workers.values()) if (!worker.up) worker.child.kill('SIGKILL');
  dispatch();
}

function killAll() {
  exitCode = 1;
  for (const worker of workers.values()) {
    if (worker.job) fail(worker.job, 'The coordinator had to end.');
    worker.job = null;
    worker.child.kill('SIGKILL');
  }
}

function finish() {
  if (!process.connected) process.exit(exitCode);
  process.send({ type: 'bye' }, () => process.exit(exitCode));
}

const soon = () => new Promise((resolve) => setTimeout(resolve, 10));

async function replaceAll() {
  if (replacing) return;
  replacing = true;
  for (const worker of [...workers.values()]) {
    worker.leaving = true;
    dispatch();
    while (workers.has(worker.pid) && !stopping) await soon();
    if (stopping) return;
    const replacement = startWorker();
    while (!replacement.up && workers.has(replacement.pid)) await soon();
  }
  replacing = false;
}

function runCoordinator() {
  process.on('message', (message) => {
    if (message?.type === 'status') {
      const list = [...workers.values()].map(({ pid, job, completed }) => ({
        pid,
        busy: job !== null,
        completed,
      }));
      tell({ type: 'status', workers: list, queued: queue.length, restarts });
    }
    if (message?.type === 'job' && message.id && message.task) {
      if (stopping) {
        fail(message, 'The coordinator is shutting down.');
        return;
      }
      queue.push({ id: message.id, task: message.task, attempts: 0 });
      dispatch();
    }
  });
  process.on('SIGTERM', () => shutdown(0));
  process.on('SIGINT', () => shutdown(0));
  process.on('SIGHUP', replaceAll);
  process.on('disconnect', () => shutdown(0));
  for (let count = 0; count < WORKERS; count += 1) startWorker();
}

function runWorker() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, task }) => {
    const value = await performTask(task);
    process.send({ type: 'result', id, ok: true, value });
  });
  process.send({ type: 'up' });
}

if (process.argv[2] === 'worker') runWorker();
else runCoordinator();
