import { describe, expect, test } from 'vitest';
import { OverTooSoon } from '../../src/stage/milestone.ts';
import { eventLines } from '../../src/timeline/event-line.ts';
import { fixture, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();
// What never comes is given up after a quarter of "soon".
const onHastyStage = useTheatre({ scale: 0.25 });

const beating = (BEAT_MS: number) => fixture('beats-and-grows', { BEAT_MS: String(BEAT_MS) });

describe('actsBetween', () => {
  test('does once what fits between two lines, and waits for the second of them', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(700));
      await app.ready();
      const names: string[] = [];
      await app.actsBetween('beat', 'look', async (name) => {
        names.push(name);
        app.get('/', { as: name });
        await app.answered(name);
      });
      const { events } = stage.log;
      const beats = eventLines(stage.log.timeline(0), { event: 'beat' }).map(({ line }) =>
        events.indexOf(line),
      );
      const answer = events.findIndex((event) => event.kind === 'answer' && event.name === names.at(-1));
      expect(names.at(-1)).toBe(`look.${names.length}`);
      expect(beats.filter((at) => at < answer)).not.toEqual([]);
      expect(beats.filter((at) => at > answer)).toHaveLength(1);
    });
  });

  test('does it again under the next name where a line came in between', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(60));
      await app.ready();
      const names: string[] = [];
      await app.actsBetween('beat', 'look', async (name) => {
        names.push(name);
        if (names.length < 3) await app.saysMore('beat');
      });
      expect(names.slice(0, 3)).toEqual(['look.1', 'look.2', 'look.3']);
    });
  });

  test('does it in so many gaps in a row, each between two lines that follow each other', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(700));
      await app.ready();
      const act = async (name: string): Promise<void> => {
        app.get('/', { as: name });
        await app.answered(name);
      };
      await app.actsBetween('beat', 'row', act, { times: 2 });
      const answers = seen(stage, 'answer').slice(-2);
      expect(answers.map(({ name }) => name.slice(-2))).toEqual(['.1', '.2']);
      const [first = 0, second = 0] = answers.map(({ body }) => Number(body));
      expect(second - first).toBe(1);
    });
  });

  test('lets the lines of another program come in between', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(700));
      const other = stage.startAgain({ app: 'other', settings: { BEAT_MS: 10 } });
      await Promise.all([app.ready(), other.ready()]);
      await app.actsBetween('beat', 'look', async () => other.saysMore('beat', { times: 2 }));
    });
  });

  test('plays again where it never fits', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(10));
      await app.ready();
      let rounds = 0;
      const act = async () => {
        rounds += 1;
        await app.saysMore('beat');
      };
      await expect(app.actsBetween('beat', 'look', act)).rejects.toThrow(OverTooSoon);
      expect(rounds).toBe(5);
    });
  });
});

describe('grows', () => {
  test('waits until the memory is resident', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(500));
      await app.ready();
      const beforeMB = app.residentMB;
      app.post('/grow?n=80');
      await app.grows({ toMB: beforeMB + 70 });
      expect(app.residentMB - beforeMB).toBeGreaterThanOrEqual(70);
    });
  });

  test('is a milestone on time where it stays small', async () => {
    await onHastyStage(async (stage) => {
      const app = stage.start(beating(500));
      await app.ready();
      await expect(app.grows({ toMB: 5_000 })).rejects.toMatchObject({
        milestone: 'grows',
        message: 'its resident memory did not grow to 5000 MB soon enough',
        onTime: true,
      });
    });
  });

  test('is a milestone that has nothing to do with time where the program is over', async () => {
    await onStage(async (stage) => {
      const app = stage.start(beating(500));
      await app.ready();
      const growth = app.grows({ toMB: 5_000 });
      app.signal('SIGKILL');
      await expect(growth).rejects.toMatchObject({
        message: 'its resident memory did not grow to 5000 MB before it was over',
        onTime: false,
      });
      expect(app.residentMB).toBe(0);
    });
  });
});

test('sampleAtEach writes the system figures right behind each line of that event, and of no other', async () => {
  await onStage(async (stage) => {
    const app = stage.start(beating(30));
    await app.ready();
    await app.saysMore('beat');
    const from = stage.log.events.length;
    app.sampleAtEach('beat');
    await app.saysMore('beat', { times: 3 });
    const { events } = stage.log;
    const beats = eventLines(stage.log.timeline(0), { event: 'beat' })
      .map(({ line }) => events.indexOf(line))
      .filter((at) => at >= from);
    expect(beats.map((at) => events[at + 1])).toEqual(
      beats.map(() => expect.objectContaining({ kind: 'sample', app: 'app', pid: app.pid })),
    );
    expect(seen(stage, 'sample')).toHaveLength(beats.length);
  });
});
