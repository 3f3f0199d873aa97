import {
  answer,
  broken,
  type Claim,
  describeEnd,
  endOf,
  eventLine,
  eventsOf,
  example,
  exit,
  holds,
  lesson,
  moot,
  must,
  newConnections,
  outcomeOf,
  scene,
  theLines,
  whatStoppedThePlay,
} from '#grader';

/** Long enough that no scene meets it by accident. */
const noLimitInSight = { GRACE_MS: 60_000 };

const phase = (name: string) => ({ event: 'phase', where: { phase: name } });

const diesOf = (signal: NodeJS.Signals): Claim => ({
  text: `${signal} kills the program`,
  judge(timeline) {
    const stopped = whatStoppedThePlay(timeline);
    const end = endOf(timeline);
    if (stopped !== undefined || end === undefined) return moot(stopped ?? 'the program was still running');
    return end.signal === signal
      ? holds
      : broken(`a death by ${signal}`, describeEnd(end), { evidence: [timeline.events.indexOf(end)] });
  },
});

const isCutOff = (request: string): Claim => ({
  text: `the request "${request}" is cut off`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, request);
    if (outcome === undefined) return moot(whatStoppedThePlay(timeline) ?? `"${request}" was not settled`);
    return outcome.kind === 'request-failed' && outcome.code !== 'GIVEN_UP'
      ? holds
      : broken(
          'a connection that breaks',
          outcome.kind === 'answer' ? `status ${outcome.status}` : outcome.code,
          {
            evidence: [timeline.events.indexOf(outcome)],
          },
        );
  },
});

const theLastAnswerClosesTheConnection: Claim = {
  text: 'the last answer says that its connection will be closed',
  judge(timeline) {
    const last = eventsOf(timeline, 'answer').at(-1);
    if (last === undefined) return moot(whatStoppedThePlay(timeline) ?? 'no answer came');
    return last.headers.connection === 'close'
      ? holds
      : broken('connection: close', `connection: ${last.headers.connection ?? 'not sent'}`, {
          evidence: [timeline.events.indexOf(last)],
        });
  },
};

const endsCleanly = (because: string, help: string) => must(exit.hasCode(0), { because, help });

const becauseOfTheCode = 'A supervisor reads the exit code and nothing else; 0 says that nobody was dropped.';

export default lesson({
  title: 'Graceful Shutdown',
  points: [
    'Multi-phase shutdown sequences',
    'Connection draining patterns',
    'Cleanup timeouts and force-kill',
    'Database connection cleanup',
    'File handle management',
    'In-flight request handling',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: ['exercise-1'],
  examples: [
    example('02-graceful-shutdown', {
      title: 'A service that goes down without losing an order',
      points: [
        'Multi-phase shutdown sequence',
        'Connection draining',
        'Cleanup timeout handling',
        'HTTP server graceful shutdown',
      ],
      requests: [
        { key: 'o', method: 'POST', path: '/orders?ms=3000' },
        { key: 's', method: 'GET', path: '/stream' },
        { key: 'b', method: 'GET', path: '/stuck' },
        { key: 'd', method: 'GET', path: '/ready' },
      ],
      scenes: [
        scene('SIGTERM with nothing to do', {
          id: 'phases-in-order',
          point: 1,
          question:
            'Nobody is connected. Which phases does the shutdown still go through, and in which order?',
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
                because:
                  'A phase that runs before the one it builds on takes the ground from under a request.',
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
          settings: (draw) => ({ ...noLimitInSight, UNREADY_MS: draw.lasting(500) }),
          async play(app) {
            await app.ready();
            app.signal('SIGTERM');
            await app.says('phase');
            app.get('/ready', { as: 'readiness' });
            app.get('/', { as: 'late' });
            await app.answered('readiness');
            await app.answered('late');
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
              because:
                'Every deploy sends SIGTERM; a request that is cut off by it is an error that a user sees.',
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
            const graceMs = draw.lasting(600);
            return { GRACE_MS: graceMs, OUTBOX_MS: Math.round(graceMs * 0.7) };
          },
          async play(app, draw) {
            await app.ready();
            const takesMs = app.setting('OUTBOX_MS');
            app.post(`/orders?ms=${takesMs}&id=${draw.token()}`, { as: 'order', takesMs });
            await app.accepted('order');
            app.signal('SIGTERM');
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
          question:
            'Closing the outbox rejects. Does the shutdown stop there, and what does the exit code say?',
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
          answer:
            'Neither. The shutdown was under way, and its limit stayed where the first signal had put it.',
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
              because:
                'Two shutdowns close the same things twice, and the second fails on what the first closed.',
              help: 'Remember that it has begun.',
            }),
            must(answer('order').hasStatus(201), {
              because: 'An impatient operator must not cost a user the answer.',
              help: 'Leave the listeners in place.',
            }),
            endsCleanly(becauseOfTheCode, 'The signals after the first have nothing left to do.'),
          ],
        }),

        scene('an idle keep-alive connection', {
          id: 'idle-keep-alive',
          point: 4,
          question:
            'A proxy holds an idle connection open for its next request. Does the server wait for it?',
          answer: 'No. Between two requests a connection belongs to nobody, and `server.close()` ends it.',
          settings: () => noLimitInSight,
          async play(app) {
            await app.ready();
            app.get('/', { as: 'first', on: 'proxy' });
            await app.answered('first');
            app.signal('SIGTERM');
            await app.gone();
          },
          expect: [
            endsCleanly(
              'Every proxy keeps idle connections; a server that waits for them meets its limit on each deploy.',
              'From Node 19 on `close` ends the idle connections itself, once.',
            ),
          ],
        }),

        scene('a connection that becomes idle too late', {
          id: 'busy-keep-alive',
          point: 4,
          question:
            'This connection was busy at the signal, so it was not closed with the idle ones. Who closes it?',
          answer:
            'The answer itself: it carried `Connection: close`. Without that the connection would have stayed for the whole keep-alive timeout, and the process with it.',
          settings: () => noLimitInSight,
          async play(app, draw) {
            await app.ready();
            const takesMs = draw.lasting(400);
            app.post(`/orders?ms=${takesMs}`, { as: 'order', on: 'proxy', takesMs });
            await app.accepted('order');
            app.signal('SIGTERM');
            await app.answered('order');
            await app.gone();
          },
          expect: [
            must(answer('order').hasHeader('connection', 'close'), {
              because: 'A client that is told opens its next connection elsewhere.',
              help: 'Set the header when the answer is written.',
            }),
            endsCleanly(
              'Node closes idle connections once, when the server is closed; this one becomes idle later.',
              'Set the header when the answer is written.',
            ),
          ],
        }),

        scene('a client that always has a next request', {
          id: 'chatty-keep-alive',
          point: 4,
          question:
            'A client sends its next request as soon as it has an answer. When is the server rid of it?',
          answer:
            'After one more answer, which closed the connection. A server that only waits for silence serves such a client for ever, closed or not.',
          settings: () => noLimitInSight,
          async play(app, draw) {
            await app.ready();
            const takesMs = draw.lasting(150);
            app.keepAsking(`/?ms=${takesMs}`, { on: 'chatter', takesMs });
            await app.answered('chatter 1');
            await app.accepted('chatter 2');
            app.signal('SIGTERM');
            await app.gone();
          },
          expect: [
            must(theLastAnswerClosesTheConnection, {
              because:
                'A client that is told asks elsewhere; one that is not sends its next request into a closed door.',
              help: 'Set the header when the answer is written.',
            }),
            endsCleanly(
              'A proxy under load is never silent.',
              'Let the server, and not the client, end the connection, behind an answer.',
            ),
          ],
        }),

        scene('a stream without an end', {
          id: 'endless-stream',
          point: 4,
          question:
            'An event stream has no last byte that one could wait for. What does the drain do with it?',
          answer:
            'It ended the stream with a last event, and the client may reconnect elsewhere. What never ends by itself has to be ended by whoever keeps a list of it.',
          settings: () => noLimitInSight,
          async play(app) {
            await app.ready();
            app.get('/stream', { as: 'stream', on: 'browser' });
            await app.accepted('stream');
            app.signal('SIGTERM');
            await app.answered('stream');
            await app.gone();
          },
          expect: [
            must(answer('stream').hasStatus(200), {
              because:
                'A stream that is cut off looks like a fault to its client; one that is ended does not.',
              help: 'Keep the open streams in a set, and end them in the drain.',
            }),
            endsCleanly(
              'One open stream would make every deploy a forced one.',
              'Keep the open streams in a set, and end them in the drain.',
            ),
          ],
        }),

        scene('a connection without a word', {
          id: 'silent-connection',
          point: 4,
          question:
            'A browser opened a connection ahead of need, and never sent a byte. Does it hold the end back?',
          answer:
            'No, but only because the server keeps a list: before Node 26 such a connection is not idle to `server.close()`, which would wait for it up to the limit.',
          settings: () => noLimitInSight,
          async play(app) {
            await app.ready();
            await app.connect('browser');
            app.get('/', { as: 'first' });
            await app.answered('first');
            app.signal('SIGTERM');
            await app.gone();
          },
          expect: [
            endsCleanly(
              'Browsers and balancers open connections ahead of need all day.',
              'Keep a list of the connections that have not asked anything, and close them in the drain.',
            ),
          ],
        }),
      ],
    }),
  ],
  pitfalls: [],
  questions: [],
});
