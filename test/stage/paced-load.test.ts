import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { App } from '../../src/stage/app.ts';
import { keepsUnderLoad } from '../../src/stage/paced-load.ts';
import { fixture, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

const recorder = () => {
  const shares: number[] = [];
  const post = (path: string): void => void shares.push(Number(path.slice(1)));
  return { shares, app: { isOver: false, post } as unknown as App };
};

const sum = (shares: readonly number[]): number => shares.reduce((total, share) => total + share, 0);

test('what is sent follows the time that has passed, however late the shares are', async () => {
  const { shares, app } = recorder();
  const begunAtMs = performance.now();
  const stop = keepsUnderLoad(app, {
    as: 'load',
    perSecond: 1_000,
    everyMs: 5,
    path: (share) => `/${share}`,
  });
  await sleep(60);
  const lateUntilMs = performance.now() + 80;
  while (performance.now() < lateUntilMs);
  await sleep(30);
  stop();
  const lastedMs = performance.now() - begunAtMs;
  expect(sum(shares)).toBeLessThanOrEqual(lastedMs);
  expect(sum(shares)).toBeGreaterThanOrEqual(140);
});

test('the load ends where all of it was sent', async () => {
  const { shares, app } = recorder();
  const stop = keepsUnderLoad(app, {
    as: 'load',
    perSecond: 10_000,
    everyMs: 5,
    upTo: 50,
    path: (share) => `/${share}`,
  });
  await sleep(60);
  stop();
  expect(sum(shares)).toBe(50);
});

test('all of the load reaches the program, and nobody is loaded who is over', async () => {
  await onStage(async (stage) => {
    const app = stage.start(fixture('beats-and-grows', { BEAT_MS: '500' }));
    await app.ready();
    const path = (share: number): string => `/load?n=${share}`;
    keepsUnderLoad(app, { as: 'load', perSecond: 2_000, everyMs: 5, upTo: 60, path });
    const loaded = await app.repeats(() => seen(stage, 'answer').some(({ body }) => body === '60'));
    expect(loaded).toBe(true);
    const endless = { as: 'endless', perSecond: 1_000, everyMs: 5, path };
    keepsUnderLoad(app, endless);
    await app.repeats(() => seen(stage, 'request').some(({ name }) => name === 'endless'));
    app.signal('SIGKILL');
    await app.gone();
    const sent = seen(stage, 'request').length;
    await sleep(20);
    expect(seen(stage, 'request')).toHaveLength(sent);
  });
});
