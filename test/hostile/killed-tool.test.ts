import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type HowItEnded, type Living, ToolRun } from './tool-run.ts';

const seed = Number(process.env.PROC_COURSE_TEST_SEED ?? 1);
const moments = 50;
const atOnce = 2;

const solutions = fileURLToPath(new URL('../../solutions/exercise-1/', import.meta.url));
const solution = (): string => solutions + readdirSync(solutions).find((name) => /\.[cm]?[jt]s$/.test(name));
const begin = (): ToolRun => new ToolRun(['check', 'exercise-1', '--file', solution(), '--json']);

interface Outcome {
  readonly how: HowItEnded;
  readonly left: Living[];
  readonly folders: string[];
}

/** Sends the signal so many milliseconds after the check has begun. */
async function interrupt(signal: NodeJS.Signals, { afterMs }: { afterMs: number }): Promise<Outcome> {
  const run = begin();
  try {
    await run.hasBegun();
    await delay(afterMs);
    run.kill(signal);
    const how = await run.endsWithin(20_000);
    const left = await run.leftBehind();
    return { how, left, folders: run.foldersLeft() };
  } finally {
    await run.cleanUp();
  }
}

/** Half of the moments lie in the first second, where programs are being started for the first time. */
function drawMoments(): number[] {
  let state = seed;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return Array.from({ length: moments }, (_, index) =>
    Math.round(next() * (index % 2 === 0 ? 1_000 : 6_000)),
  );
}

test(`a tool that is ended by SIGKILL leaves nobody, its guard included (seed ${seed})`, {
  timeout: 600_000,
}, async () => {
  const waiting = drawMoments();
  const survivors: { afterMs: number; left: Living[] }[] = [];
  let killed = 0;
  const work = async (): Promise<void> => {
    for (let afterMs = waiting.shift(); afterMs !== undefined; afterMs = waiting.shift()) {
      const { how, left } = await interrupt('SIGKILL', { afterMs });
      if (how.signal === 'SIGKILL') killed += 1;
      if (left.length > 0) survivors.push({ afterMs, left });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  expect(survivors).toEqual([]);
  // A check that was over before its moment came proves nothing.
  expect(killed).toBeGreaterThan(moments / 2);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a check that is interrupted by %s ends with 130 and leaves nobody',
  { timeout: 120_000 },
  async (signal) => {
    for (const afterMs of [0, 100, 400, 800]) {
      const { how, left, folders } = await interrupt(signal, { afterMs });
      expect.soft(how, `${afterMs} ms after the beginning`).toMatchObject({ code: 130, signal: null });
      expect.soft(left).toEqual([]);
      expect.soft(folders).toEqual([]);
    }
  },
);
