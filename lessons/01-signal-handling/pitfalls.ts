import { eventLine, exit, type Pitfall, pitfall } from '#grader';
import { diesOf } from './claims.ts';

export const pitfalls: readonly Pitfall[] = [
  pitfall('06-once-and-then-death', 'A listener that hears only the first signal', {
    stimulus: 'Ctrl-C is pressed, and pressed again while the cleanup is under way.',
    settings: (draw) => ({ CLEANUP_MS: draw.lasting(1_000) }),
    async play(app) {
      await app.says('ready');
      app.signalGroup('SIGINT');
      await app.says('cleanup');
      app.signalGroup('SIGINT');
      app.notYet('cleaned');
      await app.gone({ afterMs: app.setting('CLEANUP_MS') });
    },
    wrong: [eventLine('cleaned').neverComes(), diesOf('SIGINT')],
    right: [eventLine('cleanup').comesOnce(), eventLine('cleaned').comesOnce(), exit.hasCode(0)],
    difference:
      '`once` takes its listener away before it calls it. The second Ctrl-C met a process without a listener, so the default action was back, and it killed the process in the middle of its cleanup.',
    section: 'Preventing signal handler conflicts',
  }),
];
