import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Milestone } from '../../src/stage/milestone.ts';
import { openTheatre, type Theatre } from '../../src/stage/stage.ts';

const file = join(import.meta.dirname, '..', 'fixtures', 'apps', 'starts-two-children.js');

let theatre: Theatre;
beforeAll(async () => {
  theatre = await openTheatre();
});
afterAll(() => theatre[Symbol.asyncDispose]());

async function openTwoChildren() {
  const stage = await theatre.openStage();
  const app = stage.start({ file, settings: {}, ipc: true, afterExit: 'watch' });
  const pids = await app.sends<{ own: number; inASessionOfItsOwn: number }>('pids', () => true);
  return { stage, app, ...pids };
}

test('a look shows the children, those in a session of their own included', async () => {
  const { stage, app, own, inASessionOfItsOwn } = await openTwoChildren();
  expect([...app.tree.look('now').children].sort()).toEqual([own, inASessionOfItsOwn].sort());
  expect(stage.log.events.at(-1)).toMatchObject({ kind: 'fact', name: 'look at now' });
  await stage[Symbol.asyncDispose]();
});

test('a killed child is dead as soon as it is a zombie, and is no longer signalled', async () => {
  const { stage, app, own } = await openTwoChildren();
  app.tree.signal(own, 'SIGKILL');
  await app.tree.untilDead([own]);
  expect(() => app.tree.signal(own, 'SIGKILL')).toThrow(Milestone);
  expect(stage.log.events.filter(({ kind }) => kind === 'signal')).toMatchObject([
    { to: 'descendant', pid: own, delivered: true },
  ]);
  await stage[Symbol.asyncDispose]();
});

test('a process of somebody else is never signalled', async () => {
  const { stage, app } = await openTwoChildren();
  for (const pid of [process.pid, process.ppid, app.pid, 1, 0, -1]) {
    expect(() => app.tree.signal(pid, 'SIGCONT')).toThrow(Milestone);
  }
  await stage[Symbol.asyncDispose]();
});

test('who sleeps has read what was sent to it, who is stopped has not, and of the dead nothing is awaited', async () => {
  const { stage, app, own } = await openTwoChildren();
  await app.tree.untilItHasRead(own);
  app.tree.signal(own, 'SIGSTOP');
  await app.tree.untilStopped(own);
  await expect(app.tree.untilItHasRead(own)).rejects.toThrow(`process ${own} neither worked nor slept`);
  app.tree.signal(own, 'SIGKILL');
  await app.tree.untilDead([own]);
  await app.tree.untilItHasRead(own);
  await stage[Symbol.asyncDispose]();
});

test('what outlives the program is seen, until somebody ends it', async () => {
  const { stage, app, own, inASessionOfItsOwn } = await openTwoChildren();
  app.signal('SIGKILL');
  await app.gone();
  expect([...app.tree.look('now').living].sort()).toEqual([own, inASessionOfItsOwn].sort());
  app.tree.signal(own, 'SIGKILL');
  app.tree.signal(inASessionOfItsOwn, 'SIGKILL');
  await app.tree.settles('the end');
  expect(stage.log.events.at(-1)).toMatchObject({ name: 'look at the end', value: { living: [] } });
  await stage[Symbol.asyncDispose]();
});
