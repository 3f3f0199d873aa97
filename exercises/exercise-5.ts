// Exercise 5: multi-process coordinator.
//
// What is marked "Given" works: keep it, move it or rewrite it, as long as what is seen from outside stays.
// What is missing is what the processes have to say to each other, and what is done when one of them ends. Its
// places are marked "Yours"; the brief says what is expected of them.

import { fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

type Task = { kind: string; value?: unknown; numbers?: number[]; ms?: number; message?: string };
type ParentMessage = { type?: string; id?: string; task?: Task } | null;

// Settings. The check sets them; the defaults are for a start by hand.
const workerCount = Number(process.env.WORKERS ?? 2);
const jobAttempts = Number(process.env.JOB_ATTEMPTS ?? 2);
const backoffMs = Number(process.env.BACKOFF_MS ?? 100);
const maxRestarts = Number(process.env.MAX_RESTARTS ?? 5);
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);

// Given: what a worker does for one job. A worker process must call it, never the coordinator.
export async function performTask(task: Task): Promise<unknown> {
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
      // Blocks this thread without using the processor, as a lock that nobody gives back.
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    default:
      throw new Error(`There is no task of the kind "${task.kind}".`);
  }
}

// Given: says something to the parent, which started this program with an IPC channel.
function tell(message: Record<string, unknown>): void {
  if (process.connected) process.send?.(message);
  else console.log(JSON.stringify(message));
}

// Given: starts the workers, which are this same file, and tells the parent when all of them are up.
function coordinate(): void {
  const pids: (number | undefined)[] = [];
  for (let count = 0; count < workerCount; count += 1) {
    const worker = fork(process.argv[1] as string, ['worker']);
    worker.once('message', () => {
      pids.push(worker.pid);
      if (pids.length === workerCount) tell({ type: 'ready', workers: pids });
    });
  }

  // Yours: give each idle worker the next job, and answer the parent with what came of it. Then make it last:
  // a worker that dies, workers that die again and again, a shutdown with its limit, a parent that is gone.
  process.on('message', (message: ParentMessage) => {
    if (message?.type === 'job') {
      tell({
        type: 'result',
        id: message.id,
        ok: false,
        error: 'Nobody has given this job to a worker yet.',
      });
    }
    if (message?.type === 'status') {
      tell({ type: 'status', workers: [], queued: 0, restarts: 0 });
    }
  });
  console.error('settings', { jobAttempts, backoffMs, maxRestarts, shutdownTimeoutMs });
}

function work(): void {
  // Yours: do the job that arrives, and send back what came of it.
  process.on('message', () => {});
  process.send?.({ type: 'up' });
}

if (process.argv[2] === 'worker') work();
else coordinate();
