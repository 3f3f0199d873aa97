import {
  broken,
  type Claim,
  eventLines,
  example,
  holds,
  lesson,
  moot,
  pitfall,
  type Timeline,
  whatStoppedThePlay,
} from '#grader';
import { scenes } from './07-scenes.ts';

/** Half of a minute for snapshots that a quiet machine writes in a second. */
const snapshotsTakeMs = 30_000;

const snapshotsAre = (what: string, accepts: (count: number) => boolean): Claim => ({
  text: `the snapshots that were written are ${what}`,
  judge(timeline: Timeline) {
    const stopped = whatStoppedThePlay(timeline);
    if (stopped !== undefined) return moot(stopped);
    const count = eventLines(timeline, { event: 'snapshot' }).length;
    return accepts(count) ? holds : broken(what, `${count} of them`);
  },
});

export default lesson({
  title: 'Performance Monitoring',
  points: [
    'CPU profiling techniques',
    'Memory profiling and heap dumps',
    'Event loop monitoring',
    'Async resource tracking',
    'Performance marks and measures',
    'Production profiling strategies',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-4'],
  examples: [
    example('07-performance-monitoring', {
      title: 'A service that can be examined while it runs',
      points: [
        'CPU profiling setup',
        'Memory heap analysis',
        'Performance metrics collection',
        'Event loop monitoring',
      ],
      requests: [
        { key: 'p', method: 'GET', path: '/price?items=2000' },
        { key: 'w', method: 'GET', path: '/wait?ms=2000' },
        { key: 'e', method: 'GET', path: '/export' },
        { key: 'm', method: 'GET', path: '/metrics' },
      ],
      scenes,
    }),
  ],
  pitfalls: [
    pitfall('13-snapshot-on-every-alert', 'A heap snapshot on every alert', {
      stimulus: 'One request holds the event loop for longer than the alert allows.',
      settings: () => ({ LIMIT_MS: 50, COOL_DOWN_MS: 3_600_000 }),
      async play(app) {
        await app.ready();
        app.get('/report', { as: 'report' });
        await app.answered('report');
        await app.says('snapshot', { afterMs: snapshotsTakeMs });
        await app.saysMore('looked', { times: 3, afterMs: snapshotsTakeMs });
      },
      wrong: [snapshotsAre('three or more', (count) => count >= 3)],
      right: [snapshotsAre('one', (count) => count === 1)],
      difference:
        'Writing a snapshot holds the loop, which is what the alert watches for, so each snapshot caused the next alert and the service answered nobody any more. The right program writes one, takes its own delay off, and then none for an hour, whatever the alert says.',
      section: 'Production profiling strategies',
    }),
  ],
  questions: [],
});
