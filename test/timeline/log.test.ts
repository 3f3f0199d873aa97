import { describe, expect, test } from 'vitest';
import { TimelineLog } from '../../src/timeline/log.ts';
import { prints } from '../timeline-by-hand.ts';

const never = new Promise<never>(() => {});
const textOf = (wanted: string) => (event: { kind: string; text?: string }) =>
  event.text === wanted ? event : undefined;

describe('a log', () => {
  test('stamps each event with the time since it was opened, which never goes back', () => {
    const log = new TimelineLog();
    for (const text of ['a', 'b', 'c']) log.add(prints(text));
    const times = log.events.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(0);
    expect(log.nowMs()).toBeGreaterThanOrEqual(times.at(-1) ?? 0);
  });

  test('takes the time of what happened before it could be written', () => {
    const log = new TimelineLog();
    expect(log.add(prints('a'), 5)).toMatchObject({ atMs: 5, text: 'a' });
  });

  test('tells its listeners of each event, until they stop', () => {
    const log = new TimelineLog();
    const heard: unknown[] = [];
    log.add(prints('before'));
    const stop = log.onEvent((event) => heard.push(event));
    const told = log.add(prints('a'));
    stop();
    log.add(prints('after'));
    expect(heard).toEqual([told]);
  });

  test('a listener that stops while it is told keeps no other from being told', () => {
    const log = new TimelineLog();
    const heard: string[] = [];
    const stop = log.onEvent(() => {
      heard.push('first');
      stop();
    });
    log.onEvent(() => heard.push('second'));
    log.add(prints('a'));
    log.add(prints('b'));
    expect(heard).toEqual(['first', 'second', 'second']);
  });

  test('its timeline says what soon meant', () => {
    const log = new TimelineLog();
    log.add(prints('a'), 1);
    expect(log.timeline(2_500)).toEqual({ soonMs: 2_500, events: [{ ...prints('a'), atMs: 1 }] });
  });
});

describe('waiting for the first event', () => {
  test('finds what was there before', async () => {
    const log = new TimelineLog();
    log.add(prints('a'));
    expect(await log.first(textOf('a'), { giveUp: never })).toMatchObject({ text: 'a' });
  });

  test('finds what comes later, and the first of it', async () => {
    const log = new TimelineLog();
    const waiting = log.first(textOf('b'), { giveUp: never });
    log.add(prints('a'));
    const wanted = log.add(prints('b'));
    log.add(prints('b'));
    expect(await waiting).toBe(wanted);
  });

  test('begins where it is told', async () => {
    const log = new TimelineLog();
    log.add(prints('a'));
    const waiting = log.first(textOf('a'), { giveUp: never, since: 1 });
    const wanted = log.add(prints('a'));
    expect(await waiting).toBe(wanted);
  });

  test('gives nothing where it is told to give up, and stops listening', async () => {
    const log = new TimelineLog();
    let looks = 0;
    const count = () => {
      looks += 1;
      return undefined;
    };
    expect(await log.first(count, { giveUp: Promise.resolve() })).toBeUndefined();
    log.add(prints('a'));
    expect(looks).toBe(0);
  });

  test('an event wins over giving up where it came first', async () => {
    const log = new TimelineLog();
    let giveUp = () => {};
    const waiting = log.first(textOf('a'), { giveUp: new Promise<void>((resolve) => (giveUp = resolve)) });
    log.add(prints('a'));
    giveUp();
    expect(await waiting).toMatchObject({ text: 'a' });
  });

  test('a match that throws fails the wait alone, and not whoever added the event', async () => {
    const log = new TimelineLog();
    const waiting = log.first(
      () => {
        throw new TypeError('the match is wrong');
      },
      { giveUp: never },
    );
    expect(() => log.add(prints('a'))).not.toThrow();
    await expect(waiting).rejects.toThrow('the match is wrong');
  });
});
