// A pure function decides, a thin shell acts: what happened goes in, the next state and a list of deeds come out.
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

type Task = { kind: string; value?: unknown; numbers?: number[]; ms?: number; message?: string };
type ParentMessage = { type?: string; id?: unknown; task?: Task } | null;
type Outcome = { ok: true; value: unknown } | { ok: false; error: string };
type Job = { readonly id: string; readonly task: Task; readonly attempts: number };
type WorkerState = {
  readonly pid: number;
  readonly phase: 'starting' | 'idle' | 'busy' | 'ended';
  readonly leaving: boolean;
  readonly job: Job | undefined;
  readonly completed: number;
};

type State = {
  readonly phase: 'starting' | 'serving' | 'stopping' | 'over';
  readonly exitCode: number;
  readonly queue: readonly Job[];
  readonly workers: ReadonlyMap<number, WorkerState>;
  readonly deathsInARow: number;
  readonly restarts: number;
  /** Pids that a SIGHUP still has to replace, one after the other. */
  readonly toReplace: readonly number[];
};

type Happening =
  | { type: 'job'; id: string; task: Task }
  | { type: 'status' }
  | { type: 'spawned'; pid: number }
  | { type: 'up'; pid: number }
  | { type: 'done'; pid: number; id: string; outcome: Outcome }
  | { type: 'exited'; pid: number; code: number | null; signal: string | null }
  | { type: 'stop' }
  | { type: 'limit' }
  | { type: 'replace-all' };

type WorkerMessage = { type: 'up' } | { type: 'done'; id: string; outcome: Outcome };

type Deed =
  | { do: 'tell'; message: Record<string, unknown> }
  | { do: 'spawn'; afterMs: number }
  | { do: 'give'; pid: number; job: Job }
  | { do: 'release'; pid: number }
  | { do: 'kill'; pid: number }
  | { do: 'begin-limit' }
  | { do: 'exit'; code: number };

const settings = {
  workers: Number(process.env.WORKERS ?? 2),
  jobAttempts: Number(process.env.JOB_ATTEMPTS ?? 2),
  backoffMs: Number(process.env.BACKOFF_MS ?? 100),
  maxRestarts: Number(process.env.MAX_RESTARTS ?? 5),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000),
};

async function performTask(task: Task): Promise<unknown> {
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return (task.numbers ?? []).reduce((total, number) => total + number, 0);
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
      throw new Error(`There is no task of the kind "${task.kind}".`);
  }
}

const atTheStart: State = {
  phase: 'starting',
  exitCode: 0,
  queue: [],
  workers: new Map(),
  deathsInARow: 0,
  restarts: 0,
  toReplace: [],
};

type Step = readonly [State, readonly Deed[]];

const refusal = (id: string, error: string): Deed => ({
  do: 'tell',
  message: { type: 'result', id, ok: false, error },
});

function withWorker(state: State, worker: WorkerState): State {
  return { ...state, workers: new Map(state.workers).set(worker.pid, worker) };
}

/** The whole policy. It touches no process and reads no clock, so a test can play any order of events through it. */
function decide(state: State, happening: Happening): Step {
  const [next, deeds] = answer(state, happening);
  const [settled, followUps] = settle(next);
  return [settled, [...deeds, ...followUps]];
}

function answer(state: State, happening: Happening): Step {
  switch (happening.type) {
    case 'job':
      if (state.phase === 'stopping')
        return [state, [refusal(happening.id, 'The coordinator is shutting down.')]];
      return [
        { ...state, queue: [...state.queue, { id: happening.id, task: happening.task, attempts: 0 }] },
        [],
      ];
    case 'status':
      return [state, [{ do: 'tell', message: describe(state) }]];
    case 'spawned':
      return spawned(state, happening.pid);
    case 'up':
      return up(state, happening.pid);
    case 'done':
      return done(state, happening);
    case 'exited':
      return exited(state, happening);
    case 'stop':
      return state.phase === 'stopping' ? [state, []] : stop(state, 0);
    case 'limit':
      return killAll({ ...state, exitCode: 1 }, 'The shutdown took too long.');
    case 'replace-all':
      // A second SIGHUP replaces those as well that the first one has started.
      return [{ ...state, toReplace: [...state.workers.keys()] }, []];
  }
}

function describe(state: State): Record<string, unknown> {
  const workers = [...state.workers.values()].map(({ pid, job, completed }) => ({
    pid,
    busy: job !== undefined,
    completed,
  }));
  return { type: 'status', workers, queued: state.queue.length, restarts: state.restarts };
}

function spawned(state: State, pid: number): Step {
  const next = withWorker(state, { pid, phase: 'starting', leaving: false, job: undefined, completed: 0 });
  return [next, state.phase === 'serving' ? [{ do: 'tell', message: { type: 'worker-start', pid } }] : []];
}

function up(state: State, pid: number): Step {
  const worker = state.workers.get(pid);
  if (!worker) return [state, []];
  const next = withWorker(state, { ...worker, phase: 'idle' });
  const pids = [...next.workers.values()].filter(({ phase }) => phase === 'idle').map((idle) => idle.pid);
  if (state.phase !== 'starting' || pids.length < settings.workers) return [next, []];
  return [{ ...next, phase: 'serving' }, [{ do: 'tell', message: { type: 'ready', workers: pids } }]];
}

function done(state: State, { pid, id, outcome }: Extract<Happening, { type: 'done' }>): Step {
  const worker = state.workers.get(pid);
  if (worker?.job?.id !== id) return [state, []];
  const idle: WorkerState = { ...worker, phase: 'idle', job: undefined, completed: worker.completed + 1 };
  const message = { type: 'result', id, ...outcome, worker: pid };
  return [{ ...withWorker(state, idle), deathsInARow: 0 }, [{ do: 'tell', message }]];
}

function exited(state: State, { pid, code, signal }: Extract<Happening, { type: 'exited' }>): Step {
  const worker = state.workers.get(pid);
  if (!worker) return [state, []];
  const workers = new Map(state.workers);
  workers.delete(pid);
  const told: Deed = { do: 'tell', message: { type: 'worker-exit', pid, code, signal } };
  const [returned, answers] = giveBack({ ...state, workers }, worker.job);
  const deeds = [told, ...answers];
  if (state.phase === 'stopping') return [returned, deeds];
  if (worker.leaving) {
    const toReplace = returned.toReplace.filter((other) => other !== pid);
    return [{ ...returned, toReplace }, [...deeds, { do: 'spawn', afterMs: 0 }]];
  }
  const deathsInARow = state.deathsInARow + 1;
  if (deathsInARow > settings.maxRestarts) {
    const [stopped, refusals] = stop({ ...returned, deathsInARow }, 1);
    const [killed, kills] = killAll(stopped, 'The workers die again and again.');
    return [killed, [...deeds, ...refusals, ...kills]];
  }
  const afterMs = settings.backoffMs * 2 ** (deathsInARow - 1);
  return [{ ...returned, deathsInARow, restarts: state.restarts + 1 }, [...deeds, { do: 'spawn', afterMs }]];
}

function giveBack(state: State, job: Job | undefined): Step {
  if (!job) return [state, []];
  if (state.phase === 'stopping') return [state, [refusal(job.id, 'Its worker died during the shutdown.')]];
  if (job.attempts >= settings.jobAttempts)
    return [state, [refusal(job.id, `Its worker died, ${job.attempts} times.`)]];
  return [{ ...state, queue: [job, ...state.queue] }, []];
}

function stop(state: State, exitCode: number): Step {
  const refusals = state.queue.map(({ id }) => refusal(id, 'The coordinator is shutting down.'));
  return [
    { ...state, phase: 'stopping', exitCode, queue: [], toReplace: [] },
    [...refusals, { do: 'begin-limit' }],
  ];
}

function killAll(state: State, reason: string): Step {
  const busy = [...state.workers.values()].flatMap(({ job }) => (job ? [refusal(job.id, reason)] : []));
  const kills = [...state.workers.keys()].map((pid): Deed => ({ do: 'kill', pid }));
  const workers = new Map(
    [...state.workers].map(([pid, worker]) => [pid, { ...worker, job: undefined, phase: 'ended' as const }]),
  );
  return [{ ...state, workers }, [...busy, ...kills]];
}

/** What follows from a state, whatever led to it: who is released, who gets the next job, whether all is over. */
function settle(state: State): Step {
  let next = state;
  const deeds: Deed[] = [];
  const [toReplaceNow] = next.toReplace.filter((pid) => next.workers.has(pid));
  const someoneStarts = [...next.workers.values()].some(({ phase }) => phase === 'starting');
  const someoneLeaves = [...next.workers.values()].some(({ leaving }) => leaving);
  if (
    toReplaceNow !== undefined &&
    !someoneStarts &&
    !someoneLeaves &&
    next.workers.size >= settings.workers
  ) {
    next = withWorker(next, { ...(next.workers.get(toReplaceNow) as WorkerState), leaving: true });
  }
  for (const worker of next.workers.values()) {
    if (next.phase === 'stopping' && worker.phase === 'starting') {
      deeds.push({ do: 'release', pid: worker.pid });
      next = withWorker(next, { ...worker, phase: 'ended' });
    }
    if (worker.phase !== 'idle') continue;
    if (worker.leaving || next.phase === 'stopping') {
      deeds.push({ do: 'release', pid: worker.pid });
      next = withWorker(next, { ...worker, phase: 'ended' });
      continue;
    }
    const [first, ...queue] = next.queue;
    if (!first) continue;
    const job = { ...first, attempts: first.attempts + 1 };
    deeds.push({ do: 'give', pid: worker.pid, job });
    next = { ...withWorker(next, { ...worker, phase: 'busy', job }), queue };
  }
  if (next.phase === 'stopping' && next.workers.size === 0) {
    return [{ ...next, phase: 'over' }, [...deeds, { do: 'exit', code: next.exitCode }]];
  }
  return [next, deeds];
}

/** The shell: carries deeds out and reports what happened. The only part that knows processes. */
function coordinate(): void {
  let state = atTheStart;
  let lastWrite: Promise<void> = Promise.resolve();
  const children = new Map<number, ChildProcess>();
  const pendingSpawns = new Set<NodeJS.Timeout>();

  const happened = (happening: Happening): void => {
    if (state.phase === 'over') return;
    const [next, deeds] = decide(state, happening);
    state = next;
    for (const deed of deeds) carryOut(deed);
  };

  const carryOut = (deed: Deed): void => {
    switch (deed.do) {
      case 'tell':
        // The callback swallows the error of a channel that the parent closes meanwhile.
        if (process.connected)
          lastWrite = new Promise((resolve) => process.send?.(deed.message, undefined, {}, () => resolve()));
        break;
      case 'spawn': {
        const timer = setTimeout(() => {
          pendingSpawns.delete(timer);
          start();
        }, deed.afterMs);
        pendingSpawns.add(timer);
        break;
      }
      case 'give':
        // Where the worker has just died, its 'exit' is on its way and gives the job back.
        children.get(deed.pid)?.send({ id: deed.job.id, task: deed.job.task }, () => {});
        break;
      case 'release':
        if (children.get(deed.pid)?.connected) children.get(deed.pid)?.disconnect();
        break;
      case 'kill':
        children.get(deed.pid)?.kill('SIGKILL');
        break;
      case 'begin-limit':
        for (const timer of pendingSpawns) clearTimeout(timer);
        setTimeout(() => happened({ type: 'limit' }), settings.shutdownTimeoutMs).unref();
        break;
      case 'exit':
        // process.exit drops unwritten messages; a parent that reads nothing must not hold us for ever.
        void Promise.race([lastWrite, sleep(500)]).then(() => process.exit(deed.code));
        break;
    }
  };

  const start = (): void => {
    const child = spawn(process.execPath, [process.argv[1] as string], {
      env: { ...process.env, COORDINATED: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const { pid } = child;
    child.on('error', (error) => console.error(`worker ${pid}: ${error.message}`));
    // A process that could not be spawned has no pid and no 'exit': it is a death like any other.
    if (pid === undefined) {
      happened({ type: 'spawned', pid: 0 });
      setImmediate(() => happened({ type: 'exited', pid: 0, code: null, signal: null }));
      return;
    }
    children.set(pid, child);
    child.on('message', (message: WorkerMessage) => happened({ ...message, pid }));
    child.on('exit', (code, signal) => {
      children.delete(pid);
      happened({ type: 'exited', pid, code, signal });
    });
    happened({ type: 'spawned', pid });
  };

  process.on('message', (message: ParentMessage) => {
    if (message?.type === 'status') happened({ type: 'status' });
    if (message?.type !== 'job' || typeof message.id !== 'string' || !message.task) return;
    happened({ type: 'job', id: message.id, task: message.task });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => happened({ type: 'stop' }));
  process.on('disconnect', () => happened({ type: 'stop' }));
  process.on('SIGHUP', () => happened({ type: 'replace-all' }));
  for (let count = 0; count < settings.workers; count += 1) start();
}

function work(): void {
  // Ctrl-C in a terminal signals the whole group; the coordinator alone decides when a worker ends.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => {});
  // The channel closes when this worker is released, and also when the coordinator was killed.
  process.on('disconnect', () => process.exit(0));
  process.on('message', async ({ id, task }: { id: string; task: Task }) => {
    const outcome: Outcome = await performTask(task).then(
      (value) => ({ ok: true, value }),
      (error) => ({ ok: false, error: error instanceof Error ? error.message : String(error) }),
    );
    process.send?.({ type: 'done', id, outcome });
  });
  process.send?.({ type: 'up' });
}

if (process.env.COORDINATED === '1') work();
else coordinate();
