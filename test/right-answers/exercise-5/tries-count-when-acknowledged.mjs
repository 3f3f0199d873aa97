// style: a pure reducer (state, event) -> [state, commands] with a small interpreter around it, state never mutated; workers are slow to start (they warm up), find out by polling their ppid that the coordinator is gone, and acknowledge a job, which is when it counts as a try; end by process.exit.
import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

// ---- The worker: `node FILE worker COORDINATOR-PID`. ------------------------------------------------------------

const perform = {
  echo: async ({ value }) => value,
  sum: async ({ numbers }) => (numbers ?? []).reduce((a, b) => a + b, 0),
  sleep: async ({ ms = 0, value }) => {
    await sleep(ms);
    return value;
  },
  fail: async ({ message }) => {
    throw new Error(message);
  },
  crash: async () => process.exit(1),
  hang: async () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
};

async function performTask(task) {
  const does = Object.hasOwn(perform, task.kind) ? perform[task.kind] : null;
  if (does === null) throw new Error(`do not know how to ${JSON.stringify(task.kind)}`);
  return does(task);
}

async function worker(coordinatorPid) {
  const shrug = () => {};
  for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM']) process.on(signal, shrug);
  // Whoever has lost its parent is given another one.
  setInterval(() => process.ppid !== coordinatorPid && process.exit(0), 200);
  process.on('disconnect', shrug);

  await sleep(150); // Warming up.

  process.on('message', async (message) => {
    if (message.bye) process.exit(0);
    process.send({ took: message.ticket }, shrug);
    const answer = await performTask(message.task).then(
      (value) => ({ ok: true, value }),
      (error) => ({ ok: false, error: `${error?.message ?? error}` }),
    );
    process.send({ gave: message.ticket, answer }, shrug);
  });
  process.send({ up: true }, shrug);
}

// ---- The reducer. -----------------------------------------------------------------------------------------------

const number = (name, fallback) => Number(process.env[name] ?? fallback);
const settings = {
  workers: number('WORKERS', 2),
  attempts: number('JOB_ATTEMPTS', 2),
  backoffMs: number('BACKOFF_MS', 100),
  maxRestarts: number('MAX_RESTARTS', 5),
  limitMs: number('SHUTDOWN_TIMEOUT_MS', 5000),
};

const nothing = Object.freeze({
  mode: 'run', // run, drain, fail, done
  code: 0,
  workers: [], // { key, pid, phase: boot | idle | busy | quit, job, completed, stale, retire, replacement }
  queue: [], // { id, task, ticket, tries }
  keys: 0,
  tickets: 0,
  deaths: 0,
  restarts: 0,
  announced: false,
});

const patch = (state, key, changes) => ({
  ...state,
  workers: state.workers.map((worker) => (worker.key === key ? { ...worker, ...changes } : worker)),
});
const find = (state, key) => state.workers.find((worker) => worker.key === key);
const result = (id, rest) => ({ do: 'tell', message: { type: 'result', id, ...rest } });
const sorry = (id, error) => result(id, { ok: false, error });

const hire = (state, out, replacement) => {
  const key = state.keys + 1;
  out.push({ do: 'fork', key });
  const fresh = {
    key,
    pid: null,
    phase: 'boot',
    job: null,
    completed: 0,
    stale: false,
    retire: false,
    replacement,
  };
  return { ...state, keys: key, workers: [...state.workers, fresh] };
};

const breakOff = (state, out, reason) => {
  for (const job of state.queue) out.push(sorry(job.id, reason));
  for (const { key, job } of state.workers) {
    if (job) out.push(sorry(job.id, reason));
    out.push({ do: 'kill', key });
  }
  return {
    ...state,
    mode: 'fail',
    code: 1,
    queue: [],
    workers: state.workers.map((worker) => ({ ...worker, job: null, phase: 'quit' })),
  };
};

const on = {
  begin(state, _, out) {
    for (let seat = 0; seat < settings.workers; seat += 1) state = hire(state, out, false);
    return state;
  },

  forked(state, { key, pid }, out) {
    if (find(state, key).replacement) out.push({ do: 'tell', message: { type: 'worker-start', pid } });
    return patch(state, key, { pid });
  },

  up(state, { key }) {
    return find(state, key)?.phase === 'boot' ? patch(state, key, { phase: 'idle' }) : state;
  },

  job(state, { message: { id, task } }, out) {
    if (typeof id !== 'string') return state;
    if (typeof task !== 'object' || task === null)
      return out.push(sorry(id, 'a job is nothing without a task')), state;
    if (state.mode !== 'run') return out.push(sorry(id, 'the coordinator is about to end')), state;
    const ticket = state.tickets + 1;
    return { ...state, tickets: ticket, queue: [...state.queue, { id, task, ticket, tries: 0 }] };
  },

  status(state, _, out) {
    const workers = state.workers.map(({ pid, phase, job, completed }) => ({
      pid,
      busy: job !== null,
      completed,
      phase,
    }));
    out.push({
      do: 'tell',
      message: { type: 'status', workers, queued: state.queue.length, restarts: state.restarts },
    });
    return state;
  },

  took(state, { key, ticket }) {
    const job = find(state, key)?.job;
    return job?.ticket === ticket ? patch(state, key, { job: { ...job, tries: job.tries + 1 } }) : state;
  },

  gave(state, { key, ticket, answer }, out) {
    const worker = find(state, key);
    if (worker?.job?.ticket !== ticket) return state;
    out.push(result(worker.job.id, answer.ok ? { ...answer, worker: worker.pid } : answer));
    const changes = { job: null, completed: worker.completed + 1, phase: worker.retire ? 'quit' : 'idle' };
    if (worker.retire) out.push({ do: 'send', key, message: { bye: true } });
    return { ...patch(state, key, changes), deaths: 0 };
  },

  ended(state, { key, code, signal }, out) {
    const { pid, phase, job } = find(state, key);
    out.push({ do: 'tell', message: { type: 'worker-exit', pid, code, signal } });
    state = { ...state, workers: state.workers.filter((worker) => worker.key !== key) };
    if (job !== null) {
      if (state.mode !== 'run') out.push(sorry(job.id, 'its worker died during the shutdown'));
      else if (job.tries >= settings.attempts) out.push(sorry(job.id, `${job.tries} workers died of it`));
      else state = { ...state, queue: [...state.queue, job] };
    }
    if (state.mode !== 'run') return state;
    if (phase === 'quit') return hire(state, out, true);
    const deaths = state.deaths + 1;
    if (deaths > settings.maxRestarts) return breakOff({ ...state, deaths }, out, 'the workers keep dying');
    out.push({ do: 'wait', ms: settings.backoffMs * 2 ** (deaths - 1) + 2, event: { type: 'restart' } });
    return { ...state, deaths, restarts: state.restarts + 1 };
  },

  restart(state, _, out) {
    return state.mode === 'run' ? hire(state, out, true) : state;
  },

  renew(state) {
    return { ...state, workers: state.workers.map((worker) => ({ ...worker, stale: true })) };
  },

  stop(state, { why }, out) {
    if (state.mode !== 'run') return state;
    for (const job of state.queue) out.push(sorry(job.id, `not begun before the end (${why})`));
    out.push({ do: 'wait', ms: settings.limitMs, event: { type: 'limit' } });
    const workers = state.workers.map((worker) => {
      if (worker.phase === 'busy') return { ...worker, retire: true };
      // One that still warms up hears nothing yet, and holds nothing.
      if (worker.phase === 'boot') out.push({ do: 'kill', key: worker.key });
      if (worker.phase === 'idle') out.push({ do: 'send', key: worker.key, message: { bye: true } });
      return { ...worker, phase: 'quit' };
    });
    return { ...state, mode: 'drain', queue: [], workers };
  },

  limit(state, _, out) {
    return state.mode === 'drain' ? breakOff(state, out, 'no time is left') : state;
  },
};

// What follows from any state, whatever has led to it.
const consequences = [
  function announce(state, out) {
    const { workers, announced } = state;
    if (announced || workers.length < settings.workers || workers.some(({ phase }) => phase === 'boot'))
      return state;
    out.push({ do: 'tell', message: { type: 'ready', workers: workers.map(({ pid }) => pid) } });
    return { ...state, announced: true };
  },
  function deal(state, out) {
    for (;;) {
      const [job, ...queue] = state.queue;
      // The one that has done the least so far.
      const [worker] = state.workers
        .filter(({ phase }) => phase === 'idle')
        .sort((a, b) => a.completed - b.completed);
      if (!job || !worker) return state;
      out.push({ do: 'send', key: worker.key, message: { ticket: job.ticket, task: job.task } });
      state = patch({ ...state, queue }, worker.key, { phase: 'busy', job });
    }
  },
  function roll(state, out) {
    const { mode, workers } = state;
    if (mode !== 'run' || workers.length < settings.workers) return state;
    if (workers.some(({ phase, retire }) => phase === 'boot' || phase === 'quit' || retire)) return state;
    const stale = workers.filter((worker) => worker.stale);
    const next = stale.find(({ phase }) => phase === 'idle') ?? stale[0];
    if (!next) return state;
    if (next.phase === 'busy') return patch(state, next.key, { retire: true });
    out.push({ do: 'send', key: next.key, message: { bye: true } });
    return patch(state, next.key, { phase: 'quit' });
  },
  function end(state, out) {
    if (!['drain', 'fail'].includes(state.mode) || state.workers.length > 0) return state;
    out.push({ do: 'exit', code: state.code });
    return { ...state, mode: 'done' };
  },
];

function step(state, event) {
  const out = [];
  const next = consequences.reduce((so, follow) => follow(so, out), on[event.type](state, event, out));
  return [next, out];
}

// ---- The interpreter. -------------------------------------------------------------------------------------------

function coordinator() {
  let state = nothing;
  const events = [];
  const children = new Map();
  let unsent = 0;
  let exit = () => {};
  let running = false;

  function dispatch(event) {
    events.push(event);
    if (running) return;
    running = true;
    while (events.length > 0) {
      let commands;
      [state, commands] = step(state, events.shift());
      for (const command of commands) execute[command.do](command);
    }
    running = false;
  }

  const execute = {
    fork({ key }) {
      const child = fork(fileURLToPath(import.meta.url), ['worker', `${process.pid}`], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.set(key, child);
      child.on('error', () => {});
      child.on('message', (message) => {
        if (message.up) dispatch({ type: 'up', key });
        else if ('took' in message) dispatch({ type: 'took', key, ticket: message.took });
        else dispatch({ type: 'gave', key, ticket: message.gave, answer: message.answer });
      });
      // By 'close' the channel has been read to its end.
      child.on('close', (code, signal) => {
        children.delete(key);
        dispatch({ type: 'ended', key, code, signal });
      });
      // Before anything else that may be known of this worker.
      events.unshift({ type: 'forked', key, pid: child.pid });
    },
    send({ key, message }) {
      children.get(key)?.send(message, () => {});
    },
    kill({ key }) {
      children.get(key)?.kill('SIGKILL');
    },
    tell({ message }) {
      if (!process.connected) return;
      unsent += 1;
      process.send(message, () => {
        unsent -= 1;
        exit();
      });
    },
    wait({ ms, event }) {
      const due = performance.now() + ms;
      const check = () => {
        const left = due - performance.now();
        if (left > 0) setTimeout(check, Math.min(Math.ceil(left), 2_147_483_647));
        else dispatch(event);
      };
      check();
    },
    exit({ code }) {
      exit = () => unsent === 0 && process.exit(code);
      setTimeout(() => process.exit(code), 1000);
      exit();
    },
  };

  process.on('message', (message) => {
    if (message?.type === 'job') dispatch({ type: 'job', message });
    if (message?.type === 'status') dispatch({ type: 'status' });
  });
  for (const why of ['SIGTERM', 'SIGINT', 'disconnect'])
    process.on(why, () => dispatch({ type: 'stop', why }));
  process.on('SIGHUP', () => dispatch({ type: 'renew' }));
  dispatch({ type: 'begin' });
}

if (process.argv[2] === 'worker') await worker(Number(process.argv[3]));
else coordinator();
