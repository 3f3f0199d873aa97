import { eventLine, exit, type Pitfall, pitfall } from '#grader';
import { diesOf } from './claims.ts';

export const pitfalls: readonly Pitfall[] = [
  pitfall('06-once-and-then-death', 'A listener that hears only the first signal', {
    stimulus: 'Ctrl-C is pressed, and pressed again while the cleanup still waits for its confirmation.',
    ipc: true,
    async play(app) {
      await app.says('ready');
      app.signalGroup('SIGINT');
      await app.says('cleanup');
      app.signalGroup('SIGINT');
      // A process that the signal kills runs no further code, so no confirmation can overtake it.
      app.send('confirmed');
      await app.gone();
    },
    wrong: [eventLine('cleaned').neverComes(), diesOf('SIGINT')],
    right: [eventLine('cleanup').comesOnce(), eventLine('cleaned').comesOnce(), exit.hasCode(0)],
    difference:
      '`once` takes its listener away before it calls it. The second Ctrl-C met a process without a listener, so the default action was back, and it killed the process in the middle of its cleanup.',
    section: 'Preventing signal handler conflicts',
  }),
];
