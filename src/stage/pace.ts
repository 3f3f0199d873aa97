import { execa } from 'execa';

/** How slow the machine is right now, beside the machine that the contracts' "soon" was written for. */
export interface Pace {
  /** 1 on a quiet machine, more on a slow or busy one. Never falls during a run. */
  readonly slowness: number;
  /** The contracts' "soon", stretched by the slowness. */
  readonly soonMs: number;
  /** Starts a bare Node process and takes its time as the new measure, where it is worse than the last. */
  measure(): Promise<void>;
}

/** The contracts' README: soon is within two seconds on an idle machine. */
const soonOnAnIdleMachineMs = 2_000;

/** A bare `node -e 0` takes 20 to 60 ms on a quiet machine, by version; up to here nothing is stretched. */
const bareStartOnAQuietMachineMs = 100;

// A program that spins slows the machine itself, and must not earn itself time without end by it.
const slowest = 5;

/** A pace that is measured by real starts; `scale` multiplies all of it, for machines known to be slow. */
export function openPace({ scale = 1 }: { scale?: number } = {}): Pace {
  let worst = 1;
  let running: Promise<void> | undefined;
  const measure = async (): Promise<void> => {
    const startedAt = performance.now();
    await execa(process.execPath, ['-e', '0'], {
      reject: false,
      // Its exit hooks would answer a signal to the tool before we do.
      cleanup: false,
      stdin: 'ignore',
      stdout: 'ignore',
      stderr: 'ignore',
    });
    worst = Math.min(slowest, Math.max(worst, (performance.now() - startedAt) / bareStartOnAQuietMachineMs));
  };
  return {
    get slowness() {
      return worst * scale;
    },
    get soonMs() {
      return Math.round(soonOnAnIdleMachineMs * worst * scale);
    },
    measure() {
      // Two starts side by side would measure each other.
      running ??= measure().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}

/**
 * Resolves when a wait has truly run out: after `afterMs` and then "soon", with the machine's slowness measured once
 * more at the end, and after everything that had arrived by then was read. Stops early when `signal` aborts.
 */
export async function timeRunsOut(
  pace: Pace,
  { afterMs = 0, signal }: { afterMs?: number; signal: AbortSignal },
): Promise<void> {
  const startedAt = performance.now();
  for (let measuredAgain = false; !signal.aborted; ) {
    const leftMs = startedAt + afterMs + pace.soonMs - performance.now();
    if (leftMs > 0) await pause(leftMs, signal);
    else if (measuredAgain) break;
    else {
      await pace.measure();
      measuredAgain = true;
    }
  }
  // The timer may be late because we were: what is in the sockets now came in time.
  if (!signal.aborted) await arrivedIsRead();
}

/** Resolves when all that the sockets hold now was read: data, and with the next turns what follows from it. */
export async function arrivedIsRead(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

/** Waits, or stops waiting when the signal aborts; never rejects. */
export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const stop = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      resolve();
    };
    const timer = setTimeout(stop, ms);
    signal?.addEventListener('abort', stop);
  });
}

/** Waits for something, but no longer than so many milliseconds; leaves no timer behind, which would keep the tool alive. */
export async function pauseUnless(over: Promise<unknown>, ms: number): Promise<void> {
  const done = new AbortController();
  try {
    await Promise.race([over, pause(ms, done.signal)]);
  } finally {
    done.abort();
  }
}
