import { describe, expect, test } from 'vitest';
import { Milestone, OverTooSoon } from '../../src/stage/milestone.ts';
import { fixture, linesOf, seen, useTheatre } from './on-stage.ts';

// A quarter of "soon" is enough for what never comes.
const onStage = useTheatre({ scale: 0.25 });
const onPatientStage = useTheatre();

async function missOf(wait: Promise<unknown>): Promise<Milestone> {
  try {
    await wait;
  } catch (error) {
    if (error instanceof Milestone) return error;
    throw error;
  }
  throw new Error('The sign came.');
}

describe('a sign that never comes', () => {
  test('is a milestone on time where the program still runs', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits'));
      await app.says('waiting', { afterMs: 3_000 });
      const missed = await missOf(app.says('news'));
      expect(missed).toMatchObject({ milestone: 'says news', onTime: true });
      expect(missed.message).toMatch(/^it printed no event line "news" within \d+\.\d s$/);
    });
  });

  test('is a milestone that has nothing to do with time where the program is over', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('exits-with-the-code-it-is-given', { CODE: '1' }));
      expect(await missOf(app.ready())).toMatchObject({
        milestone: 'ready',
        onTime: false,
        message: 'it printed no event line "ready" before it was over',
      });
    });
  });

  test('is a milestone at once where the program is over already', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('exits-with-the-code-it-is-given', { CODE: '1' }));
      await app.gone({ afterMs: 3_000 });
      expect(await missOf(app.says('news', { afterMs: 60_000 }))).toMatchObject({ onTime: false });
    });
  });

  test('is no milestone where it came before anybody waited for it', async () => {
    await onStage(async (stage) => {
      const app = stage.start(
        fixture('prints-a-line-and-waits', { LINE: '{"event":"news","of":"the day"}' }),
      );
      await app.says('news', { afterMs: 3_000 });
      expect(await app.says('news')).toMatchObject({ of: 'the day' });
    });
  });

  test('the end is a sign too', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits'));
      await app.says('waiting', { afterMs: 3_000 });
      expect(await missOf(app.gone())).toMatchObject({ milestone: 'gone', onTime: true });
    });
  });
});

describe('the ready line', () => {
  test.each([
    ['0', '0'],
    ['-1', '-1'],
    ['65536', '65536'],
    ['1.5', '1.5'],
    ['"8080"', '8080'],
    ['null', 'null'],
    ['[80]', 'an object or a list'],
  ])('that names port %s is a milestone that has nothing to do with time', async (port, shown) => {
    await onStage(async (stage) => {
      const app = stage.start(
        fixture('prints-a-line-and-waits', { LINE: `{"event":"ready","port":${port}}` }),
      );
      expect(await missOf(app.ready())).toMatchObject({
        milestone: 'ready',
        onTime: false,
        message: `its ready line named no port that exists: ${shown}`,
      });
    });
  });

  test('that names none says so', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits', { LINE: '{"event":"ready"}' }));
      expect((await missOf(app.ready())).message).toBe('its ready line named no port that exists: undefined');
    });
  });

  test('a port that was never waited for is a fault of the scenario', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('prints-a-line-and-waits'));
      expect(() => app.port).toThrow('before it waited for ready()');
      expect(() => app.setting('LIMIT_MS')).toThrow('The scenario sets no LIMIT_MS.');
    });
  });
});

describe('accepted', () => {
  test('means that the program has read the request', async () => {
    await onPatientStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      for (const name of ['/a', '/b', '/c']) {
        app.get(`${name}?ms=400`, { as: name, takesMs: 400 });
        await app.accepted(name);
        const answerAt = stage.log.events.findIndex(
          (event) => event.kind === 'answer' && event.name.startsWith('probe') && event.body === 'GET /',
        );
        expect(answerAt).toBeGreaterThan(-1);
      }
      // The program prints what it reads before it answers, on one channel of its own: a line of it is a sign of the past.
      await app.answered('/c');
      const read = linesOf(stage, 'stdout').filter((text) => text.includes('request.read'));
      expect(read.map((text) => JSON.parse(text).path)).toEqual(['/a', '/', '/b', '/', '/c', '/']);
    });
  });

  test('throws OverTooSoon where the request was answered before anybody could look', async () => {
    await onPatientStage(async (stage) => {
      const app = stage.start(fixture('answers-requests'));
      await app.ready();
      app.get('/quick', { as: 'quick' });
      await app.answered('quick');
      await expect(app.accepted('quick')).rejects.toThrow(OverTooSoon);
    });
  });
});

describe('refuses', () => {
  const drain = async (settings: Record<string, string>, ms: number) => {
    let newcomers: string[] = [];
    await onStage(async (stage) => {
      const app = stage.start(fixture('drains-on-sigterm', settings));
      await app.ready();
      app.get(`/slow?ms=${ms}`, { as: 'slow', takesMs: ms });
      await app.accepted('slow');
      app.signal('SIGTERM');
      await app.refuses({ whileOpen: 'slow', since: 'draining' });
      newcomers = seen(stage, 'connection').map(({ state }) => state);
    });
    return newcomers;
  };

  test('sees that new connections are refused while the request waits', async () =>
    expect(await drain({}, 900)).toEqual(['refused']));
  test('sees that new connections are still taken when soon is over', async () =>
    expect(await drain({ KEEPS_LISTENING: '1' }, 30_000)).toEqual(['open']));
  test('says nothing where the request was cut off', async () =>
    expect(await drain({ DIES: '1' }, 900)).toEqual([]));
  test('plays again where the request was answered before anything can be said', async () => {
    await expect(drain({ KEEPS_LISTENING: '1' }, 150)).rejects.toThrow(OverTooSoon);
  });
});

describe('idle', () => {
  test('waits while the program computes', async () => {
    await onPatientStage(async (stage) => {
      const app = stage.start(fixture('computes-and-then-rests'));
      await app.says('listening', { afterMs: 3_000 });
      app.signal('SIGUSR2');
      await app.says('computing');
      await app.idle();
      expect(linesOf(stage, 'stdout')).toContain('{"event":"rests"}');
    });
  });

  test('does not wait for a program that is over', async () => {
    await onStage(async (stage) => {
      const app = stage.start(fixture('exits-with-the-code-it-is-given', { CODE: '0' }));
      await app.gone({ afterMs: 3_000 });
      await app.idle();
      await app.leftAlone({ forMs: 60_000 });
    });
  });
});

test('sample writes down the system figures of the program and its children', async () => {
  await onPatientStage(async (stage) => {
    const app = stage.start(fixture('shares-its-group-with-a-child'));
    await app.says('child listens');
    app.sample();
    const [sample] = seen(stage, 'sample');
    expect(sample).toMatchObject({ app: 'app', pid: app.pid, children: [expect.any(Number)] });
    expect(sample?.rssMB).toBeGreaterThan(10);
    expect(sample?.cpuMs).toBeGreaterThan(0);
  });
});
