import { describe, expect, test, vi } from 'vitest';
import { openPace, type Pace, pause, timeRunsOut } from '../../src/stage/pace.ts';

const never = new AbortController().signal;

/** A pace whose measure finds the machine slower by what is said, and counts how often it was asked. */
function paceByHand({ soonMs, afterMeasureMs = soonMs }: { soonMs: number; afterMeasureMs?: number }) {
  const pace = {
    slowness: 1,
    soonMs,
    measured: 0,
    async measure() {
      pace.measured += 1;
      pace.soonMs = afterMeasureMs;
    },
  };
  return pace satisfies Pace;
}

async function took(wait: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await wait();
  return performance.now() - startedAt;
}

// Node's timers count in whole milliseconds.
const grainMs = 2;

describe('the pace', () => {
  test('slowness is 1 before anything was measured, and soon is two seconds', () => {
    expect(openPace()).toMatchObject({ slowness: 1, soonMs: 2_000 });
  });

  test('slowness is at least 1 and never falls', async () => {
    const pace = openPace();
    let before = pace.slowness;
    for (let round = 0; round < 3; round += 1) {
      await pace.measure();
      expect(pace.slowness).toBeGreaterThanOrEqual(before);
      before = pace.slowness;
    }
    expect(pace.soonMs).toBe(Math.round(2_000 * before));
  });

  test('two measures side by side are one', () => {
    const pace = openPace();
    expect(pace.measure()).toBe(pace.measure());
  });

  test('slowness is at most 5, so that a program that spins earns itself no time without end', async () => {
    const now = vi.spyOn(performance, 'now');
    const pace = openPace();
    now.mockReturnValueOnce(0).mockReturnValueOnce(60_000);
    await pace.measure();
    now.mockRestore();
    expect(pace.slowness).toBe(5);
  });

  test('a scale stretches all of it', () => {
    expect(openPace({ scale: 3 })).toMatchObject({ slowness: 3, soonMs: 6_000 });
  });
});

describe('timeRunsOut', () => {
  test('does not end before its time, and measures once more at the end', async () => {
    const pace = paceByHand({ soonMs: 120 });
    expect(await took(() => timeRunsOut(pace, { signal: never }))).toBeGreaterThanOrEqual(120 - grainMs);
    expect(pace.measured).toBe(1);
  });

  test('adds what the thing itself takes', async () => {
    const pace = paceByHand({ soonMs: 60 });
    expect(await took(() => timeRunsOut(pace, { afterMs: 90, signal: never }))).toBeGreaterThanOrEqual(
      150 - grainMs,
    );
  });

  test('goes on where the machine turns out to be slower', async () => {
    const pace = paceByHand({ soonMs: 50, afterMeasureMs: 200 });
    expect(await took(() => timeRunsOut(pace, { signal: never }))).toBeGreaterThanOrEqual(200 - grainMs);
    expect(pace.measured).toBe(1);
  });

  test('stops at once where nobody waits any more', async () => {
    const done = new AbortController();
    const pace = paceByHand({ soonMs: 60_000 });
    const waiting = timeRunsOut(pace, { signal: done.signal });
    done.abort();
    await waiting;
    expect(pace.measured).toBe(0);
  });
});

describe('pause', () => {
  test('lasts as long as it is told', async () => {
    expect(await took(() => pause(50))).toBeGreaterThanOrEqual(50 - grainMs);
  });

  test('does not begin where nobody waits any more', async () => {
    await pause(60_000, AbortSignal.abort());
  });
});
