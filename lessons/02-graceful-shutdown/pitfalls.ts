import { answer, eventLine, exit, type Pitfall, pitfall } from '#grader';
import { isCutOff } from './claims.ts';

/** The mistakes of a shutdown, in the order in which one usually makes them. */
export const pitfalls: readonly Pitfall[] = [
  pitfall('01-cleanup-nobody-awaits', 'A cleanup that nobody awaits', {
    stimulus: 'An order is taken and answered, and then SIGTERM arrives.',
    async play(app) {
      await app.ready();
      app.post('/orders', { as: 'order' });
      await app.answered('order');
      app.signal('SIGTERM');
      await app.gone();
    },
    wrong: [answer('order').hasStatus(201), eventLine('saved').neverComes(), exit.hasCode(0)],
    right: [answer('order').hasStatus(201), eventLine('saved').comesOnce(), exit.hasCode(0)],
    difference:
      'Both customers were told 201; only one order was saved. `close` had merely begun when it returned, `process.exit` came on the next line, and its code 0 said that all was well.',
    section: 'Database connection cleanup',
  }),

  pitfall('02-no-limit', 'A shutdown that may last for ever', {
    stimulus: 'SIGTERM arrives while a client waits for an answer that never comes.',
    settings: (draw) => ({ LIMIT_MS: draw.lasting(300) }),
    async play(app) {
      await app.ready();
      app.get('/stuck', { as: 'stuck' });
      await app.accepted('stuck');
      app.signal('SIGTERM');
      await app.says('stopping');
      await app.gone({ afterMs: app.setting('LIMIT_MS') });
    },
    wrong: [eventLine('gave-up').neverComes(), exit.neverComes()],
    right: [eventLine('gave-up').comesOnce(), exit.isNotBeforeTheLimit('LIMIT_MS'), exit.hasCode(1)],
    difference:
      'One request was enough to keep the first process for good; it was still there when we ended it, as a platform would with SIGKILL. The second gave up at its own limit, said whom it dropped, and could still close what it held.',
    section: 'Cleanup timeouts and force-kill',
  }),

  pitfall('07-await-server-close', 'Awaiting a close that is no promise', {
    stimulus: 'SIGTERM arrives while a slow request is being answered.',
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(1_000);
      app.get(`/?ms=${takesMs}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      app.stillOpen('slow');
      await app.answered('slow');
      await app.gone();
    },
    wrong: [isCutOff('slow'), eventLine('drained').comesOnce(), exit.hasCode(0)],
    right: [answer('slow').hasStatus(200), eventLine('drained').comesOnce(), exit.hasCode(0)],
    difference:
      '`server.close()` returns the server, and awaiting what is no promise waits for nothing. So the first log says "drained" and its exit code says 0, while the client was cut off in the middle of its request.',
    section: 'Connection draining patterns',
  }),

  pitfall('08-timer-that-holds-the-exit', 'A limit that outlives the shutdown', {
    stimulus: 'SIGTERM arrives when nobody is connected, so the shutdown is done in a moment.',
    settings: (draw) => ({ LIMIT_MS: draw.lasting(800) }),
    async play(app) {
      await app.ready();
      app.signal('SIGTERM');
      await app.says('stopped');
      await app.gone({ afterMs: app.setting('LIMIT_MS') });
    },
    wrong: [eventLine('forced').comesOnce(), exit.isNotBeforeTheLimit('LIMIT_MS'), exit.hasCode(1)],
    right: [eventLine('forced').neverComes(), exit.hasCode(0)],
    difference:
      'Both were done at once. A timer that is neither cleared nor let go keeps its process alive, so the first waited for its whole limit, and then reported a forced end that never was.',
    section: 'Cleanup timeouts and force-kill',
  }),

  pitfall('09-shutdown-without-a-guard', 'A shutdown that every signal begins anew', {
    stimulus: 'SIGTERM arrives twice while a request is being answered.',
    settings: (draw) => ({ FLUSH_MS: draw.lasting(300) }),
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(800);
      app.get(`/?ms=${takesMs}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      await app.says('stopping');
      app.signal('SIGTERM');
      app.stillOpen('slow');
      await app.answered('slow');
      await app.gone({ afterMs: app.setting('FLUSH_MS') });
    },
    wrong: [answer('slow').hasStatus(200), eventLine('flushed').neverComes(), exit.hasCode(1)],
    right: [
      answer('slow').hasStatus(200),
      eventLine('stopping').comesOnce(),
      eventLine('flushed').comesOnce(),
      exit.hasCode(0),
    ],
    difference:
      'The second signal closed a server that was closed already. That was an error which nobody caught, so the process died of it in the middle of the first shutdown, before anything was flushed.',
    section: 'Multi-phase shutdown sequences',
  }),
];
