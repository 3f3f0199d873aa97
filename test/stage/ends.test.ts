import { describe, expect, test } from 'vitest';
import { fixture, linesOf, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

describe('how a program ended', () => {
  test.each([0, 1, 42, 143])('exit code %i is told as that code and no signal', async (code) => {
    await onStage(async (stage) => {
      await stage.start(fixture('exits-with-the-code-it-is-given', { CODE: String(code) })).gone();
      expect(seen(stage, 'ended')).toMatchObject([{ code, signal: null }]);
      expect(seen(stage, 'ended')[0]).not.toHaveProperty('because');
    });
  });

  test.each(['SIGTERM', 'SIGKILL', 'SIGABRT', 'SIGHUP'])(
    'death by %s is told as that signal and no code',
    async (signal) => {
      await onStage(async (stage) => {
        await stage.start(fixture('sends-itself-the-signal-it-is-given', { SIGNAL: signal })).gone();
        expect(seen(stage, 'ended')).toMatchObject([{ code: null, signal }]);
        expect(seen(stage, 'ended')[0]).not.toHaveProperty('because');
      });
    },
  );

  test('an end by us carries the reason, which a SIGKILL from elsewhere does not', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits'));
      await app.says('waiting');
      await stage.end('it was to be shown');
      expect(seen(stage, 'ended')).toMatchObject([{ signal: 'SIGKILL', because: 'it was to be shown' }]);
      expect(app.isOver).toBe(true);
    });
  });

  test('the first reason for an end by us stays', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('prints-a-line-and-waits')).says('waiting');
      await Promise.all([stage.end('the first reason'), stage.end('the second reason')]);
      expect(seen(stage, 'ended')).toMatchObject([{ because: 'the first reason' }]);
    });
  });

  test('a program that was over already was not ended by us', async () => {
    await onStage(async (stage) => {
      await stage.start(fixture('exits-with-the-code-it-is-given', { CODE: '5' })).gone();
      await stage.end('the scenario was over');
      expect(seen(stage, 'ended')[0]).not.toHaveProperty('because');
    });
  });
});

describe('a program that does not want to end', () => {
  test('a program that ignores every signal is ended by us', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('ignores-every-signal'));
      await app.says('deaf');
      app.signal('SIGTERM');
      await app.says('ignored');
      await stage.end('it did not end');
      expect(seen(stage, 'ended')).toMatchObject([{ signal: 'SIGKILL', because: 'it did not end' }]);
    });
  });

  test('a program that is stopped by SIGSTOP is ended by us', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits'));
      await app.says('waiting');
      app.signal('SIGSTOP');
      await stage.end('it stood still');
      expect(seen(stage, 'ended')).toMatchObject([{ signal: 'SIGKILL', because: 'it stood still' }]);
    });
  });
});

describe('signals', () => {
  test('a signal to the group reaches the child, and to the process only the process', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('shares-its-group-with-a-child'));
      await app.says('child listens');
      app.signal('SIGINT');
      await app.says('parent was interrupted');
      expect(linesOf(stage, 'stdout')).not.toContain('{"event":"child was interrupted"}');
      app.signalGroup('SIGINT');
      await app.gone();
      expect(linesOf(stage, 'stdout')).toContain('{"event":"child was interrupted"}');
      expect(seen(stage, 'signal').map(({ to }) => to)).toEqual(['process', 'group']);
    });
  });

  test('a signal to a program that is over is written down as not delivered', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('exits-with-the-code-it-is-given', { CODE: '0' }));
      await app.gone();
      app.signal('SIGTERM');
      app.signalGroup('SIGTERM');
      expect(seen(stage, 'signal').map(({ delivered }) => delivered)).toEqual([false, false]);
    });
  });

  test('keepSignalling sends the signals in turn until the program is over', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('ends-at-the-third-signal'));
      await app.says('listening');
      await app.keepSignalling(['SIGTERM', 'SIGINT'], { everyMs: 60 });
      await app.gone();
      const [end] = seen(stage, 'ended');
      expect(end).toMatchObject({ code: 0 });
      const sent = seen(stage, 'signal');
      expect(sent.length).toBeGreaterThanOrEqual(3);
      for (const [index, { signal, atMs }] of sent.entries()) {
        expect(signal).toBe(index % 2 === 0 ? 'SIGTERM' : 'SIGINT');
        expect(atMs).toBeLessThan(Number(end?.atMs));
      }
    });
  });

  test('keepSignalling stops where the request that it waits for is answered', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('drains-on-sigterm'));
      await app.ready();
      app.get('/slow?ms=300', { as: 'slow', takesMs: 300 });
      await app.accepted('slow');
      await app.keepSignalling(['SIGTERM'], { everyMs: 50, until: 'slow' });
      const answeredAtMs = seen(stage, 'answer').find(({ name }) => name === 'slow')?.atMs;
      expect(seen(stage, 'signal').every(({ atMs }) => atMs < Number(answeredAtMs))).toBe(true);
      expect(seen(stage, 'signal').length).toBeGreaterThan(0);
      await app.gone();
    });
  });
});
