import { answer, eventLine, must, newConnections, type Scene, scene, theLines } from '#grader';
import { becauseOfTheCode, endsCleanly, noLimitInSight } from './claims.ts';

const phase = (name: string) => ({ event: 'phase', where: { phase: name } });

/** The phases, and what they do for a request that is under way. */
export const phaseScenes: readonly Scene[] = [
  scene('SIGTERM with nothing to do', {
    id: 'phases-in-order',
    point: 1,
    question: 'Nobody is connected. Which phases does the shutdown still go through, and in which order?',
    answer:
      'All of them: no new work first, then the work that is there, then what that work needs. With nothing to wait for they take no time.',
    settings: () => noLimitInSight,
    async play(app) {
      await app.ready();
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(
        theLines(
          { event: 'stopping', where: { signal: 'SIGTERM' } },
          phase('unready'),
          phase('drain'),
          phase('flush'),
          { event: 'outbox.sent' },
          { event: 'stopped', where: { clean: true } },
        ).comeInOrder(),
        {
          because: 'A phase that runs before the one it builds on takes the ground from under a request.',
          help: 'Write the phases down as a list, in the order in which one needs the other.',
        },
      ),
      endsCleanly(becauseOfTheCode, 'Set the code when the last phase has ended.'),
    ],
  }),

  scene('not ready any more, and still serving', {
    id: 'unready-first',
    point: 1,
    question:
      'A load balancer learns only by asking that this instance is going. What do its question and a request get meanwhile?',
    answer:
      'The question got 503, the request 200. For as long as the balancer may still send requests the server has to take them; only then does it stop listening.',
    settings: (draw) => ({ ...noLimitInSight, UNREADY_MS: draw.lasting(1_000) }),
    async play(app) {
      await app.ready();
      app.signal('SIGTERM');
      await app.says('phase');
      app.get('/ready', { as: 'readiness' });
      app.get('/', { as: 'late' });
      await app.answered('readiness');
      await app.answered('late');
      app.notYet('phase', { phase: 'drain' });
      await app.gone({ afterMs: app.setting('UNREADY_MS') });
    },
    expect: [
      must(answer('readiness').hasStatus(503), {
        because: 'It is the only way in which the balancer learns of it before requests fail.',
        help: 'Turn the readiness before anything else, and wait until it was asked.',
      }),
      must(answer('late').hasStatus(200), {
        because: 'The balancer takes a moment to notice, and sends requests until it has.',
        help: 'Not ready is not closed: keep listening in this phase.',
      }),
      endsCleanly(becauseOfTheCode, 'The wait is part of the shutdown and of its limit.'),
    ],
  }),

  scene('an order in flight', {
    id: 'order-in-flight',
    point: 2,
    question: 'An order is being taken when SIGTERM arrives. Is it answered, and is it sent on?',
    answer:
      'Both. The drain ended with the last answer, and only then was the outbox flushed, so that the order was in it.',
    settings: () => noLimitInSight,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(400);
      app.post(`/orders?ms=${takesMs}&id=${draw.token()}`, { as: 'order', takesMs });
      await app.accepted('order');
      app.signal('SIGTERM');
      await app.answered('order');
      await app.gone();
    },
    expect: [
      must(answer('order').hasStatus(201), {
        because: 'Every deploy sends SIGTERM; a request that is cut off by it is an error that a user sees.',
        help: 'Stop listening, then wait for the open answers.',
      }),
      must(answer('order').holdsItsOwn('id'), {
        because: 'Half an answer is worse than none, because it looks like one.',
        help: 'The request runs to its end as if nothing had happened.',
      }),
      must(
        eventLine('phase').doesNotComeBeforeTheAnswerTo('order', {
          takes: 'ms',
          where: { phase: 'flush' },
        }),
        {
          because: 'An order that is accepted after the outbox was flushed is lost with the process.',
          help: 'Let the flush wait for the drain.',
        },
      ),
      must(
        eventLine('outbox.sent').has(
          'orders',
          'one order',
          (orders) => Array.isArray(orders) && orders.length === 1,
        ),
        {
          because: 'The customer has the answer; the order has to be somewhere, too.',
          help: 'Wait for the outbox to close.',
        },
      ),
      endsCleanly(becauseOfTheCode, 'Set the code when the last phase has ended.'),
    ],
  }),

  scene('a newcomer during the drain', {
    id: 'newcomer-is-refused',
    point: 2,
    question: 'While that order is still awaited, somebody else connects. Are they let in?',
    answer:
      'No: refused. `server.close()` stops the listening at once, and a balancer that is refused tries another instance.',
    settings: () => noLimitInSight,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(500);
      app.post(`/orders?ms=${takesMs}`, { as: 'order', takesMs });
      await app.accepted('order');
      app.signal('SIGTERM');
      await app.refuses({ whileOpen: 'order', since: 'phase' });
      await app.answered('order');
      await app.gone();
    },
    expect: [
      must(newConnections.areRefusedWhile('order'), {
        because: 'One that is let in now is dropped in a moment, or holds the end back.',
        help: 'Close the server at the beginning of the drain, not at its end.',
      }),
      must(answer('order').hasStatus(201), {
        because: 'Closing the door must not throw out the guests.',
        help: '`server.close()` leaves open requests alone.',
      }),
    ],
  }),

  scene('a signal while the program still starts', {
    id: 'signal-while-starting',
    point: 1,
    question:
      'The service needs 45 seconds to start, and the deploy is taken back at once. What does the shutdown do without a server?',
    answer:
      'The same phases, and it was gone at once. The wait of the start was cut short, no "ready" came, and a server that never listened has nothing to drain.',
    settings: () => ({ ...noLimitInSight, START_MS: 45_000 }),
    async play(app) {
      await app.says('starting');
      await app.idle();
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(eventLine('ready').neverComes(), {
        because: 'Whoever reads "ready" sends requests.',
        help: 'After each slow part of the start, ask whether the start is still wanted.',
      }),
      must(
        theLines({ event: 'stopping' }, phase('drain'), phase('flush'), { event: 'stopped' }).comeInOrder(),
        {
          because: 'Half a start has opened half of what has to be closed.',
          help: 'Let every phase work where there is nothing to do.',
        },
      ),
      endsCleanly(
        'A service that cannot be stopped while it starts is killed, and a migration with it.',
        'Register the listeners before anything that takes time.',
      ),
    ],
  }),
];
