import { answer, eventLine, exit, must, type Scene, scene } from '#grader';
import { becauseOfTheCode, diesOf, endsCleanly, isCutOff, noLimitInSight } from './claims.ts';

/** What the limit ends, whom it holds, and what it cannot help against. */
export const limitScenes: readonly Scene[] = [
  scene('a request that never ends', {
    id: 'forced-at-the-limit',
    point: 3,
    question: 'A request hangs for good. When does the process end, and with which code?',
    answer:
      'At the limit and not before it, with code 1 and a line that says so. It dropped somebody, and says it; after its own patience the platform would have said nothing.',
    settings: (draw) => ({ GRACE_MS: draw.lasting(500) }),
    async play(app) {
      await app.ready();
      app.get('/stuck', { as: 'stuck' });
      await app.accepted('stuck');
      app.signal('SIGTERM');
      await app.gone({ afterMs: app.setting('GRACE_MS') });
    },
    expect: [
      must(eventLine('gave-up').comesOnce(), {
        because: 'A loss that is not logged is never looked into.',
        help: 'Write the line, and leave when it is written.',
      }),
      must(exit.isNotBeforeTheLimit('GRACE_MS'), {
        because: 'Granted time is time in which requests are still answered.',
        help: 'Count from the signal.',
      }),
      must(exit.hasCode(1), {
        because: 'A forced end that says 0 hides a dropped user.',
        help: 'Begin the shutdown with code 1, and earn the 0.',
      }),
    ],
  }),

  scene('a cleanup that never ends', {
    id: 'one-limit-for-all',
    point: 3,
    question:
      'The drain takes most of the limit, and so does the outbox. Does each phase have a limit of its own?',
    answer:
      'No. There is one limit for all phases, and it ran out in the second of them: the platform counts from its signal as well.',
    settings: (draw) => {
      const graceMs = draw.lasting(1_000);
      return { GRACE_MS: graceMs, OUTBOX_MS: Math.round(graceMs * 0.97) };
    },
    async play(app, draw) {
      await app.ready();
      const takesMs = app.setting('OUTBOX_MS');
      app.post(`/orders?ms=${takesMs}&id=${draw.token()}`, { as: 'order', takesMs });
      await app.accepted('order');
      app.signal('SIGTERM');
      await app.says('phase');
      app.stillOpen('order');
      await app.gone({ afterMs: app.setting('GRACE_MS') });
    },
    expect: [
      must(eventLine('gave-up').comesOnce(), {
        because: 'Three phases with a limit each take three limits, and the platform waits for one.',
        help: 'Start one timer at the signal.',
      }),
      must(eventLine('outbox.sent').neverComes(), {
        because: 'The line must not be printed by what was given up.',
        help: 'End the process; do not race the phase.',
      }),
      must(exit.hasCode(1), {
        because: 'An order was lost.',
        help: 'Begin with code 1, and earn the 0.',
      }),
    ],
  }),

  scene('a cleanup that fails', {
    id: 'outbox-fails',
    point: 3,
    question: 'Closing the outbox rejects. Does the shutdown stop there, and what does the exit code say?',
    answer:
      'The error was caught where the phases are run, and said; the process ended at once, with code 1 and without waiting for the limit.',
    settings: () => ({ ...noLimitInSight, OUTBOX_FAILS: '1' }),
    async play(app) {
      await app.ready();
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(
        eventLine('phase.failed').has('phase', 'flush', (value) => value === 'flush'),
        {
          because: 'A cleanup that fails in silence is found weeks later, in the data.',
          help: 'Catch each phase by itself, so that the ones after it still run.',
        },
      ),
      must(
        eventLine('stopped').has('clean', 'false', (value) => value === false),
        { because: 'Whoever reads "clean" believes it.', help: 'Remember the failure to the end.' },
      ),
      must(exit.hasCode(1), {
        because: 'The exit code is what the alarm is wired to.',
        help: 'Begin with code 1, and earn the 0.',
      }),
    ],
  }),

  scene('a long limit that nobody needs', {
    id: 'the-limit-holds-nobody',
    point: 3,
    question: 'The limit is a minute, and all is done in a moment. How long does the process live?',
    answer:
      'A moment. The limit is let go (`unref`) once the phases are done, so it holds nobody; it is not cleared, so it would still end a process that something else holds.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.signal('SIGINT');
      await app.gone();
    },
    expect: [
      must(eventLine('gave-up').neverComes(), {
        because: 'A limit that fires after a clean end turns it into an alarm.',
        help: 'Let the timer go when the phases are done.',
      }),
      endsCleanly(
        'A deploy waits for every instance; a timer that is never let go makes each take as long as the worst.',
        'Let the timer go when the phases are done.',
      ),
    ],
  }),

  scene('a limit in a blocked loop', {
    id: 'the-limit-needs-the-loop',
    point: 3,
    question:
      'A request holds the event loop when SIGTERM arrives, for longer than the limit. When does the process end?',
    answer:
      'Only after the block. The listener had to wait for the loop, and the limit, which it sets, began as late. The patience of the platform began with its signal, and SIGKILL waits for no loop.',
    settings: (draw) => ({ GRACE_MS: draw.lasting(300), BLOCK_MS: draw.lasting(800) }),
    async play(app) {
      await app.ready();
      app.get('/stuck', { as: 'stuck' });
      await app.accepted('stuck');
      app.get(`/?block=${app.setting('BLOCK_MS')}`, { as: 'blocking', takesMs: app.setting('BLOCK_MS') });
      await app.says('block');
      app.signal('SIGTERM');
      await app.gone({ afterMs: app.setting('BLOCK_MS') + app.setting('GRACE_MS') });
    },
    expect: [
      must(eventLine('stopping').doesNotComeBeforeTheAnswerTo('blocking', { takes: 'block' }), {
        because: 'Seconds of the grace period are gone before the program knows that it has begun.',
        help: 'Move long computations out of the loop; take the longest block off the limit.',
      }),
      must(eventLine('gave-up').comesOnce(), {
        because: 'A limit is a timer, and timers wait for the loop as well.',
        help: 'Against a loop that never comes back only SIGKILL from outside helps.',
      }),
      must(exit.hasCode(1), {
        because: 'Somebody still waited for an answer.',
        help: 'Begin with code 1, and earn the 0.',
      }),
    ],
  }),

  scene('SIGKILL in the middle of it', {
    id: 'sigkill-in-the-drain',
    point: 3,
    question:
      'The platform is less patient than the limit, and sends SIGKILL during the drain. What is left?',
    answer:
      'Nothing: the order was cut off, no line said so, and there is no exit code. A limit has to be shorter than the patience of the platform, or it does not exist.',
    settings: () => noLimitInSight,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(5_000);
      app.post(`/orders?ms=${takesMs}`, { as: 'order' });
      await app.accepted('order');
      app.signal('SIGTERM');
      await app.says('phase');
      app.signal('SIGKILL');
      await app.gone();
      await app.answered('order');
    },
    expect: [
      must(diesOf('SIGKILL'), {
        because: 'After 10 seconds (Docker) or 30 (Kubernetes), whatever the program is doing.',
        help: 'Keep the limit below that.',
      }),
      must(isCutOff('order'), {
        because: 'This is what the limit is there to prevent.',
        help: 'Keep the limit below the patience of the platform.',
      }),
      must(eventLine('stopped').neverComes(), {
        because: 'No line says that an order was lost, which is why it is not found.',
        help: 'A shutdown whose last line is missing was killed.',
      }),
    ],
  }),

  scene('a second Ctrl-C, and more', {
    id: 'signals-again',
    point: 3,
    question:
      'Signals keep coming while an order is awaited. Do they start the shutdown anew, or cut it short?',
    answer: 'Neither. The shutdown was under way, and its limit stayed where the first signal had put it.',
    settings: () => noLimitInSight,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(500);
      app.post(`/orders?ms=${takesMs}`, { as: 'order', takesMs });
      await app.accepted('order');
      app.signal('SIGINT');
      await app.says('stopping');
      await app.keepSignalling(['SIGINT', 'SIGTERM'], {
        everyMs: Math.round(takesMs / 4),
        until: 'order',
      });
      await app.gone();
    },
    expect: [
      must(eventLine('stopping').comesOnce(), {
        because: 'Two shutdowns close the same things twice, and the second fails on what the first closed.',
        help: 'Remember that it has begun.',
      }),
      must(answer('order').hasStatus(201), {
        because: 'An impatient operator must not cost a user the answer.',
        help: 'Leave the listeners in place.',
      }),
      endsCleanly(becauseOfTheCode, 'The signals after the first have nothing left to do.'),
    ],
  }),
];
