// Exercise 5: a coordinator that spreads jobs over worker processes and outlives their deaths.
// The brief with every setting, message and check: proc-course show exercise-5
import { setTimeout as sleep } from 'node:timers/promises';

type Task = { kind: string; value?: unknown; numbers?: number[]; ms?: number; message?: string };

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

// Yours: start the workers, give each idle one the next job, and answer the parent.
// Then make it last: deaths, backoff, shutdown, a lost parent.
console.error('settings', { workerCount, jobAttempts, backoffMs, maxRestarts, shutdownTimeoutMs });

process.on('message', (message: any) => {
  if (message?.type === 'job') {
    tell({ type: 'result', id: message.id, ok: false, error: 'No worker has been started yet.' });
  }
  if (message?.type === 'status') {
    tell({ type: 'status', workers: [], queued: 0, restarts: 0 });
  }
});

tell({ type: 'ready', workers: [] });
