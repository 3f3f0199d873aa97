import { describe, expect, test } from 'vitest';
import { excerpt } from '../../src/report/excerpt.ts';
import type { Unstamped } from '../../src/timeline/events.ts';
import { answers, asks, ends, prints, says, signal, started, timelineOf } from '../timeline-by-hand.ts';

const of = (...events: Unstamped[]) => timelineOf(...events.map((event, index) => [index, event] as const));
const noise = (count: number): Unstamped[] => new Array(count).fill(prints('noise'));
const indicesOf = (entries: ReturnType<typeof excerpt>) =>
  entries.flatMap((entry) => (typeof entry === 'number' ? [] : [entry.index]));

describe('an excerpt', () => {
  test('of few events is all of them', () => {
    expect(excerpt(of(started(), prints('a'), ends(0)), new Set(), false)).toEqual([
      { index: 0 },
      { index: 1 },
      { index: 2 },
    ]);
  });

  test('that is to be whole is whole', () => {
    expect(excerpt(of(...noise(100)), new Set(), true)).toHaveLength(100);
  });

  test('of nothing is nothing', () => expect(excerpt(of(), new Set(), false)).toEqual([]));

  test('of many events has at most two dozen, and says how many it leaves out where', () => {
    const entries = excerpt(of(started(), ...noise(100), ends(0)), new Set(), false);
    expect(indicesOf(entries)).toHaveLength(24);
    const left = entries.filter((entry) => typeof entry === 'number').reduce((sum, count) => sum + count, 0);
    expect(left + 24).toBe(102);
  });

  test('keeps the evidence, its neighbours, what we did and the end, before all else', () => {
    const timeline = of(
      started(),
      ...noise(50),
      prints('evidence'),
      ...noise(50),
      signal('SIGTERM'),
      ends(1),
    );
    const kept = indicesOf(excerpt(timeline, new Set([51]), false));
    expect(kept).toEqual(expect.arrayContaining([0, 50, 51, 52, 102, 103]));
    expect(kept).toEqual([...kept].sort((a, b) => a - b));
  });

  test('prefers event lines and stderr to free text', () => {
    const timeline = of(...noise(40), prints('Error', 'stderr'), says('ready'), ...noise(40));
    expect(indicesOf(excerpt(timeline, new Set(), false))).toEqual(expect.arrayContaining([40, 41]));
  });

  test('leaves out our probes, which say nothing, unless they are evidence', () => {
    const timeline = of(
      started(),
      prints('a'),
      prints('b'),
      asks('probe 1', '/'),
      answers('probe 1'),
      prints('c'),
      ends(0),
    );
    expect(excerpt(timeline, new Set(), false)).toEqual([
      { index: 0 },
      { index: 1 },
      { index: 2 },
      2,
      { index: 5 },
      { index: 6 },
    ]);
    expect(indicesOf(excerpt(timeline, new Set([4]), false))).toContain(4);
  });
});
