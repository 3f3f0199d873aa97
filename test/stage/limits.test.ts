import { expect, test, vi } from 'vitest';
import { fixture, lives, pidsIn, seen, useTheatre } from './on-stage.ts';

// Low enough to be kind to the machine, high enough for one bare Node process.
vi.mock('../../src/stage/limits.ts', async (original) => {
  const real = await original<typeof import('../../src/stage/limits.ts')>();
  return { ...real, limits: { ...real.limits, processes: 4, residentMB: 160, messages: 3 } };
});

const onStage = useTheatre();

test('a program that holds too much memory is ended with a sentence', async () => {
  await onStage(async (stage) => {
    await stage.start(fixture('holds-more-and-more-memory')).gone({ afterMs: 5_000 });
    const text = 'it held more than 160 MB of memory, and the course allows no more';
    expect(seen(stage, 'limit')).toMatchObject([{ text }]);
    expect(seen(stage, 'ended')).toMatchObject([{ signal: 'SIGKILL', because: text }]);
  });
});

test('a program with too many processes is ended with a sentence, and all of them with it', async () => {
  await onStage(async (stage) => {
    await stage.start(fixture('starts-helpers-without-end')).gone({ afterMs: 5_000 });
    const text = 'it had more than 4 processes running at once, and the course allows no more';
    expect(seen(stage, 'limit')).toMatchObject([{ text }]);
    expect(seen(stage, 'ended')).toMatchObject([{ because: text }]);
    // The last one may have been started and not told of any more.
    expect(pidsIn(stage).length).toBeGreaterThanOrEqual(4);
    expect(pidsIn(stage).filter(lives)).toEqual([]);
  });
});

test('messages beyond the limit are not kept', async () => {
  await onStage(async (stage) => {
    const app = stage.start({ ...fixture('speaks-over-its-channel'), ipc: true });
    await app.sends('hello', (message) => (message as { type?: string } | null)?.type === 'hello');
    app.send({ type: 'send and exit' });
    await app.gone();
    expect(seen(stage, 'message').filter(({ direction }) => direction === 'received')).toHaveLength(3);
  });
});
