// mistake: A clean shutdown after SIGTERM ends with 143, as if the signal had killed the program.
// breaks: sigterm-finishes-jobs-in-flight
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const env = (name, or) => Number(process.env[name] ?? or);
const conf = {
  workers: env('WORKERS', 2),
  attempts: env('JOB_ATTEMPTS', 2),
  backoffMs: env('BACKOFF_MS', 100),
  maxRestarts: env('MAX_RESTARTS', 5),
  shutdownMs: env('SHUTDOWN_TIMEOUT_MS', 5000),
};

const tasks = {
  echo: async ({ value }) => value,
  sum: async ({ numbers }) => numbers.reduce((a, b) => a + b, 0),
  sleep: ({ ms, value }) => new Promise((resolve) => setTimeout(resolve, ms, value)),
  fail: async ({ message }) => {
    throw new Error(message);
  },
  crash: () => process.exit(1),
  hang: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
};
const performTask = async (task) => {
  if (!Object.hasOwn(tasks, task.kind)) throw new Error('No such kind of task.');
  return await tasks[task.kind](task);
};

if (process.argv.includes('--as-worker')) {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
  const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
  const lines = createInterface({ input: process.stdin });
  // The pipe ends when the coordinator ends it or ends itself.
  lines.on('close', () => process.exit(0));
  lines.on('line', async (line) => {
    const { id, task } = JSON.parse(line);
    try {
      print({ id, ok: true, value: await performTask(task) });
    } catch (error) {
      print({ id, ok: false, error: error.message });
    }
  });
  print({ hello: process.pid });
} else {
  const waiting = [];
  const crew = new Map();
  const timers = new Set();
  let deaths = 0;
  let restarts = 0;
  let ending = null;
  let ready = false;
  let roll = [];

  const out = (message) => process.connected && process.send(message, () => {});
  const failed = (id, error) => out({ type: 'result', id, ok: false, error });

  const hire = () => {
    const proc = spawn(process.execPath, [process.argv[1], '--as-worker'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const member = { proc, pid: proc.pid, idle: false, job: null, completed: 0, planned: false };
    crew.set(proc.pid, member);
    if (ready) out({ type: 'worker-start', pid: proc.pid });
    // A write to a process that has just died.
    proc.stdin.on('error', () => {});
    createInterface({ input: proc.stdout }).on('line', (line) => heard(member, JSON.parse(line)));
    // 'close' comes after its last line was read, so no finished job is tried again.
    proc.on('close', (code, signal) => lost(member, code, signal));
  };

  const heard = (member, said) => {
    if (!said.hello && member.job) {
      member.completed += 1;
      member.job = null;
      deaths = 0;
      const { id, ok, value, error } = said;
      out(
        ok
          ? { type: 'result', id, ok, value, worker: member.pid }
          : { type: 'result', id, ok, error, worker: member.pid },
      );
    }
    member.idle = true;
    if (!ready && [...crew.values()].filter((each) => each.idle).length === conf.workers) {
      ready = true;
      out({ type: 'ready', workers: [...crew.keys()] });
    }
    next();
  };

  const lost = (member, code, signal) => {
    crew.delete(member.pid);
    out({ type: 'worker-exit', pid: member.pid, code, signal });
    const { job } = member;
    if (job && ending) failed(job.id, 'ended in the shutdown');
    else if (job && job.tries >= conf.attempts) failed(job.id, `gave up after ${job.tries} tries`);
    else if (job) waiting.unshift(job);
    if (ending) return next();
    if (member.planned) {
      hire();
      return next();
    }
    deaths += 1;
    if (deaths > conf.maxRestarts) return end(1, { now: true });
    const timer = setTimeout(
      () => {
        timers.delete(timer);
        restarts += 1;
        hire();
        next();
      },
      conf.backoffMs * 2 ** (deaths - 1),
    );
    timers.add(timer);
    next();
  };

  const next = () => {
    roll = roll.filter((member) => crew.has(member.pid));
    const complete = crew.size === conf.workers && [...crew.values()].every(({ idle, job }) => idle || job);
    if (!ending && roll.length > 0 && complete && !roll.some(({ planned }) => planned))
      roll[0].planned = true;
    for (const member of crew.values()) {
      if (!member.idle) continue;
      if (ending || member.planned) {
        member.idle = false;
        member.proc.stdin.end();
      } else if (waiting.length > 0) {
        member.job = waiting.shift();
        member.job.tries += 1;
        member.idle = false;
        member.proc.stdin.write(`${JSON.stringify({ id: member.job.id, task: member.job.task })}\n`);
      }
    }
    if (ending && crew.size === 0) leave();
  };

  const end = (code, { now = false } = {}) => {
    if (ending) return;
    ending = { code };
    for (const timer of timers) clearTimeout(timer);
    for (const { id } of waiting.splice(0)) failed(id, 'not begun before the shutdown');
    const force = () => {
      ending.code = 1;
      for (const member of crew.values()) {
        if (member.job) failed(member.job.id, 'cut off');
        member.job = null;
        process.kill(member.pid, 'SIGKILL');
      }
    };
    if (now) force();
    else setTimeout(force, conf.shutdownMs).unref();
    next();
  };

  const leave = () => {
    process.exitCode = ending.code;
    process.removeAllListeners('disconnect');
    // Without the channel and without workers nothing keeps the loop alive.
    if (process.connected) process.send({ type: 'bye' }, () => process.disconnect());
  };

  process.on('message', (message) => {
    const { type, id, task } = Object(message);
    if (type === 'status') {
      const workers = [...crew.values()].map(({ pid, job, completed }) => ({
        pid,
        busy: job !== null,
        completed,
      }));
      out({ type: 'status', workers, queued: waiting.length, restarts });
    } else if (type === 'job' && id !== undefined) {
      if (typeof task?.kind !== 'string') failed(id, 'not a task');
      else if (ending) failed(id, 'shutting down');
      else {
        waiting.push({ id, task, tries: 0 });
        next();
      }
    }
  });
  process.on('SIGTERM', () => end(143));
  process.on('SIGINT', () => end(0));
  process.on('disconnect', () => end(0));
  process.on('SIGHUP', () => {
    roll = [...crew.values()];
    next();
  });
  for (let count = 0; count < conf.workers; count += 1) hire();
}
