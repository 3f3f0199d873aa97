import { Chalk } from 'chalk';
import { describe, expect, test } from 'vitest';
import { drawTimeline } from '../../src/report/timeline-drawing.ts';
import type { Unstamped } from '../../src/timeline/events.ts';
import {
  answers,
  asks,
  ends,
  fails,
  prints,
  says,
  signal,
  started,
  timelineOf,
} from '../timeline-by-hand.ts';

const color = new Chalk({ level: 0 });
const draw = (timeline: Parameters<typeof drawTimeline>[0], width = 80): string[] =>
  drawTimeline(timeline, { width, color });

const shutdown = timelineOf(
  [0, started()],
  [50, says('ready', { port: 3000 })],
  [100, asks('slow', '/slow')],
  [200, signal('SIGTERM')],
  [201, says('shutdown.start')],
  [202, says('shutdown.phase', { phase: 'drain' })],
  [500, answers('slow')],
  [550, says('shutdown.complete')],
  [600, ends(0)],
);

describe('a drawn timeline', () => {
  test('has a lane for the program, for each request and for what we did, over one time axis', () => {
    expect(draw(shutdown, 74)).toEqual([
      '              0                   200 ms             400 ms',
      '              ┬───────────────────┬──────────────────┬───────────────────┬',
      'program       ├━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ exit 0 ┤',
      '                   ╵ready         ╵shutdown.start  shutdown.complete╵',
      'phases                            ├────────────────────────── drain ┤',
      'slow                    ├──────────────────────────────────────┤ 200',
      'we                                ╵SIGTERM',
    ]);
  });

  test.each([40, 60, 80, 120])('fits %i columns', (width) => {
    for (const line of draw(shutdown, width)) expect(line.length).toBeLessThanOrEqual(width);
  });

  test('of nothing is nothing', () => {
    expect(draw(timelineOf())).toEqual([]);
  });

  test('tells a death by signal, an end that we made, and a request that failed', () => {
    const text = (timeline: Parameters<typeof drawTimeline>[0]): string => draw(timeline).join('\n');
    expect(text(timelineOf([0, started()], [90, ends(null, 'SIGKILL')]))).toContain('SIGKILL');
    expect(text(timelineOf([0, started()], [90, ends(null, 'SIGKILL', 'it was late')]))).toContain(
      'ended by us',
    );
    expect(
      text(timelineOf([0, started()], [10, asks('a', '/')], [20, fails('a', 'ECONNRESET')], [90, ends(0)])),
    ).toContain('ECONNRESET');
  });

  test('keeps its lanes and rows few, and says how many it left out', () => {
    const crowd = Array.from({ length: 40 }, (_, index) => [10, says(`event-${index}`)] as const);
    const asked = Array.from({ length: 30 }, (_, index) => [10, asks(`request-${index}`, '/')] as const);
    const lines = draw(timelineOf([0, started()], ...crowd, ...asked, [90, ends(0)]));
    expect(lines.length).toBeLessThan(30);
    expect(lines.join('\n')).toMatch(/and \d+ more/);
  });

  test('gives the requests of one connection one lane', () => {
    const on = 'proxy';
    const lines = draw(
      timelineOf(
        [0, started()],
        [10, { ...asks('first', '/'), on } as Unstamped],
        [20, answers('first')],
        [60, { ...asks('second', '/'), on } as Unstamped],
        [70, answers('second')],
        [90, ends(0)],
      ),
    );
    expect(lines.filter((line) => line.startsWith('proxy'))).toHaveLength(1);
    expect(lines.join('\n')).not.toContain('second');
  });

  test('shows nothing of a program as it is where that could act on a terminal or break a line', () => {
    const lines = draw(timelineOf([0, started()], [10, says('\u001b[2J\u202e漢字')], [90, ends(0)]));
    expect(lines.join('\n')).not.toMatch(/[\u001b\u202e漢]/);
  });

  test('marks event lines only, not free text', () => {
    expect(
      draw(timelineOf([0, started()], [10, prints('free text')], [90, ends(0)])).join('\n'),
    ).not.toContain('free');
  });

  test('is the same drawing in colour', () => {
    const painted = drawTimeline(shutdown, { width: 74, color: new Chalk({ level: 1 }) });
    const escapes = /\u001b\[\d+m/g;
    expect(painted.join('\n')).toMatch(escapes);
    expect(painted.map((line) => line.replace(escapes, ''))).toEqual(draw(shutdown, 74));
  });
});
