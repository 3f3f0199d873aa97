import { describe, expect, test } from 'vitest';
import { isAlive, processTable } from '../../src/stage/process-table.ts';
import type { Stage } from '../../src/stage/stage.ts';
import { fixture, linesOf, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

const typed =
  (type: string) =>
  (message: unknown): boolean =>
    (message as { type?: string } | null)?.type === type;

async function start(stage: Stage) {
  const app = stage.start({ ...fixture('speaks-over-its-channel'), ipc: true });
  await app.sends('hello', typed('hello'));
  return app;
}

const received = (stage: Stage): unknown[] =>
  seen(stage, 'message')
    .filter(({ direction }) => direction === 'received')
    .map(({ message }) => message);

describe('messages', () => {
  test('cross the channel both ways and are written down', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.send({ type: 'ping', word: 'abc', list: [1, null] });
      expect(await app.sends('pong', typed('pong'))).toEqual({ type: 'pong', word: 'abc', list: [1, null] });
      expect(seen(stage, 'message').map(({ direction }) => direction)).toEqual([
        'received',
        'received',
        'sent',
        'received',
      ]);
    });
  });

  test('a message of null is a message', async () => {
    await onStage(async (stage) => {
      await start(stage);
      expect(received(stage)).toEqual([null, { type: 'hello' }]);
    });
  });

  test('that are sent right before an exit arrive before the end', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.send({ type: 'send and exit' });
      await app.gone();
      expect(received(stage).slice(2)).toEqual(
        Array.from({ length: 20 }, (_, index) => ({ type: 'last words', count: index + 1 })),
      );
      expect(stage.log.events.at(-1)).toMatchObject({ kind: 'ended', code: 0 });
    });
  });

  test('that were sent before an exit arrive, also where we send one more before we have heard of it', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      // In a turn of the loop that reads nothing more.
      await new Promise(setImmediate);
      app.send({ type: 'send and exit' });
      // We hear of nothing while we work, as on a machine that is too busy to let us run.
      while (isAlive(processTable.readProcess(app.pid)));
      app.send({ type: 'ping' });
      app.send({ type: 'ping' });
      await app.gone();
      expect(received(stage)).toHaveLength(2 + 20);
    });
  });

  test('that are sent to a program that is over throw nothing', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.send({ type: 'send and exit' });
      await app.gone();
      app.send({ type: 'ping' });
      app.closeChannel();
      expect(seen(stage, 'message').at(-1)).toMatchObject({ direction: 'sent' });
    });
  });

  test('that are sent to a program without a channel throw nothing', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits'));
      await app.says('waiting');
      app.send({ type: 'ping' });
      app.closeChannel();
    });
  });

  test('that are sent while the program ends throw nothing', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.signal('SIGKILL');
      for (let count = 0; count < 50; count += 1) app.send({ type: 'ping', text: 'x'.repeat(10_000) });
      await app.gone();
    });
  });
});

describe('the channel', () => {
  const closed = {
    text: 'the channel stayed open',
    match: (event: { kind: string }) => (event.kind === 'channel-closed' ? event : undefined),
  };

  test('closed by the program is told as that, and sending on it throws nothing', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.send({ type: 'close the channel' });
      await app.sees('the channel closed', closed);
      expect(seen(stage, 'channel-closed')).toMatchObject([{ by: 'program' }]);
      app.send({ type: 'ping' });
      app.closeChannel();
      await app.says('closed');
      expect(app.isOver).toBe(false);
      expect(seen(stage, 'channel-closed')).toHaveLength(1);
    });
  });

  test('closed by us is told as that, and the program is told too', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.closeChannel();
      await app.says('disconnected');
      await app.sees('the channel closed', closed);
      expect(seen(stage, 'channel-closed')).toMatchObject([{ by: 'us' }]);
      app.send({ type: 'ping' });
    });
  });

  test('closes with the program, which is not our doing', async () => {
    await onStage(async (stage) => {
      const app = await start(stage);
      app.signal('SIGKILL');
      await app.gone();
      expect(seen(stage, 'channel-closed')).toMatchObject([{ by: 'program' }]);
      expect(linesOf(stage, 'stderr')).toEqual([]);
    });
  });
});
