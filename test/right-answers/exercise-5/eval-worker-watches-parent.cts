// style: CommonJS TypeScript, worker source as text for node -e, workers look at their ppid, state in plain objects
const { spawn } = require('node:child_process');

const setting = (name: string, otherwise: number): number =>
  process.env[name] ? Number(process.env[name]) : otherwise;
const settings = {
  workers: setting('WORKERS', 2),
  jobAttempts: setting('JOB_ATTEMPTS', 2),
  backoffMs: setting('BACKOFF_MS', 100),
  maxRestarts: setting('MAX_RESTARTS', 5),
  shutdownTimeoutMs: setting('SHUTDOWN_TIMEOUT_MS', 5000),
};

const workerSource = `
  const performTask = async (task) => {
    switch (task.kind) {
      case 'echo': return task.value;
      case 'sum': return task.numbers.reduce((a, b) => a + b, 0);
      case 'sleep': await new Promise((resolve) => setTimeout(resolve, task.ms)); return task.value;
      case 'fail': throw new Error(task.message);
      case 'crash': process.exit(1);
      case 'hang': Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    }
    throw new Error('unknown task');
  };
  for (const name of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(name, () => {});
  const parent = process.ppid;
  let working = false;
  let released = false;
  // The kernel hands an orphan to another parent: that is how the worker learns that it is alone.
  setInterval(() => {
    if (!working && (released || process.ppid !== parent)) process.exit(0);
  }, 50);
  process.on('disconnect', () => {});
  process.on('message', async (m) => {
    if (m.release) { released = true; return; }
    working = true;
    let reply;
    try { reply = { n: m.n, ok: true, value: await performTask(m.task) }; }
    catch (error) { reply = { n: m.n, ok: false, error: error.message }; }
    working = false;
    process.send(reply, () => {});
  });
  process.send({ alive: true });
`;

type Entry = {
  child: any;
  pid: number;
  alive: boolean;
  n: number;
  released: boolean;
  planned: boolean;
  completed: number;
};
const world = {
  jobs: [] as any[],
  entries: [] as Entry[],
  counter: 0,
  streak: 0,
  restarts: 0,
  shutting: false,
  ready: false,
  code: 0,
};

const reply = (message: object) => process.connected && process.send!(message, () => {});
const queuedJobs = () => world.jobs.filter((job) => job.state === 'queued');
const answered = (job: any, message: object) => {
  if (job.state === 'answered') return;
  job.state = 'answered';
  world.jobs.splice(world.jobs.indexOf(job), 1);
  reply(Object.assign({ type: 'result', id: job.id }, message));
};

function launch(announce: boolean): Entry {
  const child = spawn(process.execPath, ['-e', workerSource], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const entry: Entry = {
    child,
    pid: child.pid,
    alive: false,
    n: 0,
    released: false,
    planned: false,
    completed: 0,
  };
  world.entries.push(entry);
  child.on('error', () => {});
  child.on('message', (m: any) => {
    if (m.alive) entry.alive = true;
    else {
      const job = world.jobs.find((each) => each.n === m.n);
      entry.n = 0;
      entry.completed += 1;
      world.streak = 0;
      const { ok, value, error } = m;
      if (job) answered(job, ok ? { ok, value, worker: entry.pid } : { ok, error, worker: entry.pid });
    }
    if (!world.ready && world.entries.every((each) => each.alive)) {
      world.ready = true;
      reply({ type: 'ready', workers: world.entries.map(({ pid }) => pid) });
    }
    step();
  });
  child.on('exit', (code: number | null, signal: string | null) => {
    // Once more through the loop, so that what the worker said before its end is heard first.
    setTimeout(() => gone(entry, code, signal), 5);
  });
  if (announce) reply({ type: 'worker-start', pid: entry.pid });
  return entry;
}

function gone(entry: Entry, code: number | null, signal: string | null) {
  world.entries.splice(world.entries.indexOf(entry), 1);
  reply({ type: 'worker-exit', pid: entry.pid, code, signal });
  const job = world.jobs.find((each) => each.n === entry.n);
  if (job && (world.shutting || job.attempts >= settings.jobAttempts))
    answered(job, { ok: false, error: `worker ${entry.pid} died over it` });
  else if (job) job.state = 'queued';
  if (entry.planned && !world.shutting) launch(true);
  else if (!world.shutting) {
    world.streak += 1;
    if (world.streak > settings.maxRestarts) {
      shutdown();
      force();
    } else {
      setTimeout(
        () => {
          if (world.shutting) return;
          world.restarts += 1;
          launch(true);
        },
        settings.backoffMs * 2 ** (world.streak - 1),
      );
    }
  }
  step();
}

function step() {
  for (const entry of world.entries) {
    if (!entry.alive || entry.n || entry.released) continue;
    const job = queuedJobs()[0];
    if (world.shutting || entry.planned) {
      entry.released = true;
      entry.child.send({ release: true }, () => {});
    } else if (job) {
      world.counter += 1;
      Object.assign(job, { n: world.counter, state: 'held', attempts: job.attempts + 1 });
      entry.n = job.n;
      entry.child.send({ n: job.n, task: job.task }, () => {});
    }
  }
  if (world.shutting && world.entries.length === 0) {
    setImmediate(() => process.exit(world.code));
  }
}

function shutdown() {
  if (world.shutting) return;
  world.shutting = true;
  for (const job of queuedJobs()) answered(job, { ok: false, error: 'the coordinator stops' });
  setTimeout(force, settings.shutdownTimeoutMs).unref();
  step();
}

function force() {
  world.code = 1;
  for (const job of [...world.jobs]) answered(job, { ok: false, error: 'the coordinator had to stop' });
  for (const { child } of world.entries) child.kill('SIGKILL');
  step();
}

async function replaceAll() {
  for (const entry of [...world.entries]) {
    entry.planned = true;
    step();
    while (world.entries.includes(entry) || !world.entries.every((each) => each.alive)) {
      if (world.shutting) return;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

process.on('message', (message: any) => {
  const kind = message === null ? undefined : message.type;
  if (kind === 'status') {
    const workers = world.entries.map(({ pid, n, completed }) => ({ pid, busy: n > 0, completed }));
    reply({ type: 'status', workers, queued: queuedJobs().length, restarts: world.restarts });
  } else if (kind === 'job') {
    if (typeof message.id !== 'string' || !message.task)
      reply({ type: 'error', error: 'a job needs an id and a task' });
    else if (world.shutting)
      reply({ type: 'result', id: message.id, ok: false, error: 'the coordinator stops' });
    else world.jobs.push({ id: message.id, task: message.task, n: -1, state: 'queued', attempts: 0 });
    step();
  } else reply({ type: 'error', error: 'not a message' });
});
process.on('SIGTERM', shutdown);
process.on('SIGINT', shutdown);
process.on('SIGHUP', replaceAll);
process.on('disconnect', shutdown);
for (let count = 0; count < settings.workers; count += 1) launch(false);
