// style: workers dial in over a local socket and pull their jobs themselves; queued jobs are still run at a shutdown
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const {
  WORKERS = '2',
  JOB_ATTEMPTS = '2',
  BACKOFF_MS = '100',
  MAX_RESTARTS = '5',
  SHUTDOWN_TIMEOUT_MS = '5000',
} = process.env;

const performTask = async (task) => {
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return task.numbers.reduce((total, each) => total + each, 0);
    case 'sleep':
      return await new Promise((resolve) => setTimeout(resolve, task.ms, task.value));
    case 'fail':
      throw new Error(task.message);
    case 'crash':
      return process.exit(1);
    case 'hang':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    default:
      throw new Error(`${task.kind}?`);
  }
};

const worker = (path) => {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
  const socket = connect(path);
  const write = (value) => socket.write(`${JSON.stringify(value)}\n`);
  socket.on('error', () => process.exit(0));
  socket.on('close', () => process.exit(0));
  socket.on('connect', () => write({ pid: process.pid, want: true }));
  createInterface({ input: socket }).on('line', async (line) => {
    const { key, task } = JSON.parse(line);
    const answer = await performTask(task).then(
      (value) => ({ ok: true, value }),
      ({ message }) => ({ ok: false, error: message }),
    );
    write({ pid: process.pid, key, answer, want: true });
  });
};

const coordinator = () => {
  const folder = mkdtempSync(join(tmpdir(), 'coordinator-'));
  const path = join(folder, 'socket');
  const jobs = new Map(); // key -> job, in the order of arrival; kept until it is answered
  const workers = new Map(); // pid -> { child, socket, key, completed, retire }
  let nextKey = 0;
  let deaths = 0;
  let restarts = 0;
  let state = 'starting';
  let code = 0;

  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const send = (message) => {
    if (process.connected) process.send(message, () => {});
  };
  const answer = (key, message) => {
    const job = jobs.get(key);
    if (!jobs.delete(key)) return;
    send({ type: 'result', id: job.id, ...message });
  };
  const queued = () => [...jobs].filter(([, job]) => job.holder === undefined);

  const start = () => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), path], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    workers.set(child.pid, { child, completed: 0 });
    if (state !== 'starting') send({ type: 'worker-start', pid: child.pid });
    child.on('exit', (exitCode, signal) => ended(child.pid, exitCode, signal));
  };

  const pump = () => {
    for (const [pid, each] of workers) {
      if (!each.socket || !each.wants) continue;
      const [next] = queued();
      if (each.retire || (state === 'ending' && !next)) {
        each.wants = false;
        each.socket.end();
      } else if (next) {
        const [key, job] = next;
        each.wants = false;
        each.key = key;
        job.holder = pid;
        job.tries += 1;
        each.socket.write(`${JSON.stringify({ key, task: job.task })}\n`);
      }
    }
    if (state === 'ending' && workers.size === 0) {
      for (const key of [...jobs.keys()]) answer(key, { ok: false, error: 'no worker is left' });
      state = 'ended';
      if (process.connected) process.send({ type: 'ended' }, () => process.exit(code));
      else process.exit(code);
    }
  };

  const server = createServer((socket) => {
    socket.on('error', () => {});
    createInterface({ input: socket })
      .on('error', () => {})
      .on('line', (line) => {
        const said = JSON.parse(line);
        const each = workers.get(said.pid);
        if (!each) return;
        each.socket = socket;
        each.wants = said.want;
        if (said.answer && each.key === said.key) {
          deaths = 0;
          each.completed += 1;
          each.key = undefined;
          answer(said.key, { ...said.answer, worker: said.pid });
        }
        if (state === 'starting' && [...workers.values()].every((one) => one.socket)) {
          state = 'open';
          send({ type: 'ready', workers: [...workers.keys()] });
        }
        pump();
      });
  });

  const ended = (pid, exitCode, signal) => {
    const each = workers.get(pid);
    workers.delete(pid);
    send({ type: 'worker-exit', pid, code: exitCode, signal });
    const job = jobs.get(each.key);
    if (job) {
      job.holder = undefined;
      if (job.tries >= Number(JOB_ATTEMPTS) || state === 'ending')
        answer(each.key, { ok: false, error: `lost with worker ${pid}` });
    }
    if (state === 'ending') return pump();
    if (each.retire) {
      start();
      return pump();
    }
    deaths += 1;
    if (deaths > Number(MAX_RESTARTS)) return finish(1, 0);
    setTimeout(
      () => {
        if (state === 'ending' || state === 'ended') return;
        restarts += 1;
        start();
      },
      Number(BACKOFF_MS) * 2 ** (deaths - 1),
    );
  };

  const finish = (exitCode, limitMs) => {
    if (state === 'ending') return;
    state = 'ending';
    code = exitCode;
    const force = () => {
      code = 1;
      for (const key of [...jobs.keys()]) answer(key, { ok: false, error: 'the time is up' });
      for (const { child } of workers.values()) child.kill('SIGKILL');
    };
    if (limitMs === 0) force();
    else setTimeout(force, limitMs).unref();
    for (const { child, socket } of workers.values()) if (!socket) child.kill('SIGKILL');
    pump();
  };

  const renew = async () => {
    for (const [pid, each] of [...workers]) {
      each.retire = true;
      pump();
      while (state === 'open' && (workers.has(pid) || ![...workers.values()].every((one) => one.socket))) {
        await new Promise((resolve) => setTimeout(resolve, 15));
      }
    }
  };

  process.on('message', (message) => {
    if (message?.type === 'status') {
      const list = [...workers].map(([pid, each]) => ({
        pid,
        busy: each.key === undefined ? 0 : 1,
        completed: each.completed,
      }));
      send({ type: 'status', workers: list, queued: queued().length, restarts });
    }
    if (message?.type !== 'job' || !message.id || !message.task) return;
    if (state === 'ending') return send({ type: 'result', id: message.id, ok: false, error: 'ending' });
    nextKey += 1;
    jobs.set(nextKey, { id: message.id, task: message.task, tries: 0 });
    pump();
  });
  const stop = () => finish(0, Number(SHUTDOWN_TIMEOUT_MS));
  process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop).on('SIGHUP', renew);
  server.listen(path, () => {
    for (let count = 0; count < Number(WORKERS); count += 1) start();
  });
};

if (process.argv[2]) worker(process.argv[2]);
else coordinator();
