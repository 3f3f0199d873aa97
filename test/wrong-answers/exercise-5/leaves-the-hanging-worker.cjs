// mistake: Exits at the limit, and calls that killing the workers.
// breaks: hung-worker-is-killed-at-the-limit
'use strict';
const cluster = require('node:cluster');

const number = (name, byDefault) => Number(process.env[name] || byDefault);
const WORKERS = number('WORKERS', 2);
const JOB_ATTEMPTS = number('JOB_ATTEMPTS', 2);
const BACKOFF_MS = number('BACKOFF_MS', 100);
const MAX_RESTARTS = number('MAX_RESTARTS', 5);
const SHUTDOWN_TIMEOUT_MS = number('SHUTDOWN_TIMEOUT_MS', 5000);

function performTask(task) {
  switch (task.kind) {
    case 'echo':
      return Promise.resolve(task.value);
    case 'sum':
      return Promise.resolve(task.numbers.reduce((a, b) => a + b, 0));
    case 'sleep':
      return new Promise((resolve) => setTimeout(resolve, task.ms, task.value));
    case 'fail':
      return Promise.reject(new Error(task.message));
    case 'crash':
      return process.exit(1);
    case 'hang':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    default:
      return Promise.reject(new Error('unknown kind'));
  }
}

if (cluster.isPrimary) primary();
else worker();

function primary() {
  const pending = [];
  const table = {}; // cluster's worker id -> what we know of it
  let failures = 0;
  let restarts = 0;
  let closing = false;
  let exitCode = 0;
  let announced = false;
  let reloading = [];

  function say(message) {
    if (process.connected) process.send(message, () => {});
  }

  function spawn(onUp) {
    const w = cluster.fork();
    const entry = { w, up: false, job: null, completed: 0, retiring: false };
    table[w.id] = entry;
    w.on('error', () => {});
    w.on('message', (m) => {
      if (m.up) {
        entry.up = true;
        say({ type: 'worker-start', pid: w.process.pid });
        if (onUp) onUp();
        announce();
      } else if (entry.job && entry.job.id === m.id) {
        entry.job = null;
        entry.completed++;
        failures = 0;
        say({ type: 'result', id: m.id, ok: m.ok, value: m.value, error: m.error, worker: w.process.pid });
      }
      feed();
    });
    return entry;
  }

  function announce() {
    const entries = Object.values(table);
    if (announced || entries.filter((e) => e.up).length < WORKERS) return;
    announced = true;
    say({ type: 'ready', workers: entries.map((e) => e.w.process.pid) });
  }

  function feed() {
    for (const id in table) {
      const entry = table[id];
      if (!entry.up || entry.job) continue;
      if (closing || entry.retiring) {
        entry.w.send({ bye: true }, () => {});
        continue;
      }
      if (pending.length === 0) continue;
      entry.job = pending.shift();
      entry.job.tries++;
      entry.w.send({ id: entry.job.id, task: entry.job.task }, () => {});
    }
    if (closing && Object.keys(table).length === 0) finish();
  }

  function no(job, error) {
    say({ type: 'result', id: job.id, ok: false, error });
  }

  cluster.on('exit', (w, code, signal) => {
    const entry = table[w.id];
    delete table[w.id];
    say({ type: 'worker-exit', pid: w.process.pid, code, signal });
    if (entry.job) {
      if (closing) no(entry.job, 'shutting down');
      else if (entry.job.tries < JOB_ATTEMPTS) pending.unshift(entry.job);
      else no(entry.job, 'the worker died ' + entry.job.tries + ' times');
    }
    if (closing) return feed();
    if (entry.retiring) return reloadNext();
    failures++;
    if (failures > MAX_RESTARTS) {
      exitCode = 1;
      close('too many deaths in a row');
      kill('too many deaths in a row');
      return;
    }
    setTimeout(
      () => {
        if (closing) return;
        restarts++;
        spawn();
      },
      BACKOFF_MS * 2 ** (failures - 1),
    );
    feed();
  });

  function reloadNext() {
    const entry = reloading.shift();
    if (!entry || closing) return;
    if (table[entry.w.id] !== entry) return reloadNext();
    // The replacement first, so that there is never one worker too few.
    spawn(() => {
      if (table[entry.w.id] !== entry) return reloadNext();
      entry.retiring = true;
      feed();
    });
  }

  function close(reason) {
    if (closing) return;
    closing = true;
    while (pending.length > 0) no(pending.shift(), reason);
    setTimeout(() => {
      console.error('force killing the remaining workers');
      process.exit(1);
    }, SHUTDOWN_TIMEOUT_MS).unref();
    for (const id in table) if (!table[id].up) table[id].w.process.kill('SIGKILL');
    feed();
  }

  function kill(reason) {
    for (const id in table) {
      if (table[id].job) no(table[id].job, reason);
      table[id].job = null;
      table[id].w.process.kill('SIGKILL');
    }
    if (Object.keys(table).length === 0) finish();
  }

  let finished = false;
  function finish() {
    if (finished) return;
    finished = true;
    if (!process.connected) process.exit(exitCode);
    process.send({ type: 'goodbye' }, () => process.exit(exitCode));
  }

  process.on('message', (m) => {
    if (!m || typeof m !== 'object') return;
    if (m.type === 'status') {
      const workers = Object.values(table).map((e) => ({
        pid: e.w.process.pid,
        busy: e.job ? 1 : 0,
        completed: e.completed,
      }));
      say({ type: 'status', workers, queued: pending.length, restarts });
    }
    if (m.type === 'job' && typeof m.id === 'string') {
      if (!m.task) return say({ type: 'result', id: m.id, ok: false, error: 'a job needs a task' });
      if (closing) return no(m, 'shutting down');
      pending.push({ id: m.id, task: m.task, tries: 0 });
      feed();
    }
  });
  process.on('SIGTERM', () => close('shutting down'));
  process.on('SIGINT', () => close('shutting down'));
  process.on('SIGHUP', () => {
    if (reloading.length > 0 || closing) return;
    reloading = Object.values(table);
    reloadNext();
  });
  process.on('disconnect', () => close('the parent is gone'));
  for (let i = 0; i < WORKERS; i++) spawn();
}

function worker() {
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('SIGHUP', () => {});
  process.on('message', (m) => {
    if (m.bye) return process.exit(0);
    performTask(m.task).then(
      (value) => process.send({ id: m.id, ok: true, value }),
      (error) => process.send({ id: m.id, ok: false, error: error.message }),
    );
  });
  process.send({ up: true });
}
