import {
  type App,
  answer,
  eventLine,
  exit,
  exitOf,
  grader,
  must,
  newConnections,
  program,
  ready,
  scenario,
  should,
  theLines,
} from '#grader';

/** Long enough that no right program ever meets it. */
const noLimitInSight = () => ({ SHUTDOWN_TIMEOUT_MS: 60_000 });

const shutdownLines = ['shutdown.start', 'shutdown.phase', 'shutdown.error', 'shutdown.forced', 'db.closed'];
const afterTheStart = ['starts-and-serves'];
const afterSigterm = ['starts-and-serves', 'stops-on-sigterm'];

const stopsOn = (signal: 'SIGTERM' | 'SIGINT' | 'SIGHUP', who: string) =>
  scenario(`${signal} with nothing in flight goes through all phases and ends with code 0`, {
    id: `stops-on-${signal.toLowerCase()}`,
    point: 2,
    settings: noLimitInSight,
    after: afterTheStart,
    async play(app) {
      await app.ready();
      app.signal(signal);
      await app.gone();
    },
    expect: [
      must(exit.isNotByDefaultAction(), {
        because: `${who} A process without a listener is killed on the spot, with whatever it was doing.`,
        help: 'A signal without a listener has its default action, which for this one is death. Example 01-signal-basics, "Handling SIGTERM and SIGINT".',
        gate: true,
      }),
      must(eventLine('shutdown.start').comesOnce(), {
        because:
          'The line that a shutdown has begun, and why, is the first that an engineer looks for after a bad deploy.',
        help: 'Print it when the first signal arrives, before anything else. The brief, "Event lines".',
      }),
      must(
        eventLine('shutdown.start').has('signal', signal, (value) => value === signal),
        {
          because:
            'A deploy, a Ctrl-C and a lost terminal are different stories, and the log is where they are told apart.',
          help: 'A listener is called with the name of its signal.',
        },
      ),
      must(
        theLines(
          { event: 'shutdown.start' },
          { event: 'shutdown.phase', where: { phase: 'stop-accepting' } },
          { event: 'shutdown.phase', where: { phase: 'drain' } },
          { event: 'shutdown.phase', where: { phase: 'cleanup' } },
          { event: 'shutdown.complete' },
        ).comeInOrder(),
        {
          because:
            'The order is what keeps the promise: no new work first, then the work that is there, then what that work needs.',
          help: 'One phase begins when the one before it is done. Example 02-graceful-shutdown, "Multi-phase shutdown sequence".',
        },
      ),
      must(eventLine('shutdown.complete').isTheLastOf(shutdownLines), {
        because: 'Whoever reads "complete" believes that nothing is left to do.',
        help: 'Print it when every phase has ended, not when the last one has begun.',
      }),
      must(exit.hasCode(0), {
        because:
          'A supervisor reads the exit code and nothing else: 0 says that the end was clean, everything else raises an alarm.',
        help: 'The exit code belongs to the end of the last phase. Example 02-graceful-shutdown, "Multi-phase shutdown sequence".',
      }),
    ],
  });

export default grader('exercise-1', [
  scenario('the program gets ready on the port it was asked for, and answers', {
    id: 'starts-and-serves',
    point: 1,
    settings: (draw) => ({ ...noLimitInSight(), PORT: draw.integer(20_000, 32_000) }),
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first' });
      await app.answered('first');
    },
    expect: [
      must(ready.namesThePortAskedFor(), {
        because:
          'A platform chooses the port and waits for the service to take it; a service that does not is never sent a request.',
        help: 'The given code reads PORT and prints the line once it listens; keep both.',
        gate: true,
      }),
      must(answer('first').hasStatus(200), {
        because: 'A service that does not serve has nothing to shut down.',
        help: 'The given code answers GET / with 200; keep what it does.',
        gate: true,
      }),
    ],
  }),

  scenario('the program keeps running while nobody asks it to stop', {
    id: 'keeps-running',
    point: 1,
    settings: () => ({ SHUTDOWN_TIMEOUT_MS: 200 }),
    after: afterTheStart,
    async play(app, draw) {
      await app.ready();
      await app.leftAlone({ forMs: draw.lasting(600) });
      app.get('/', { as: 'later' });
      await app.answered('later');
    },
    expect: [
      must(program.keepsRunning(), {
        because:
          'A service that ends without being asked is restarted again and again, and each time drops what it was doing.',
        help: 'The limit is a limit for the shutdown: its time begins with the first signal.',
      }),
      must(answer('later').hasStatus(200), {
        because: 'A service is there for as long as it runs, not only for its first request.',
        help: 'The limit is a limit for the shutdown: its time begins with the first signal.',
      }),
    ],
  }),

  stopsOn('SIGTERM', 'Every deploy, every scale-down and every "docker stop" begins with SIGTERM.'),
  stopsOn('SIGINT', 'Ctrl-C in a terminal sends SIGINT, and so do some process managers.'),
  stopsOn('SIGHUP', 'A terminal that closes, or a lost ssh session, sends SIGHUP.'),

  scenario('the requests in flight at the signal are answered in full', {
    id: 'answers-in-flight',
    point: 3,
    settings: noLimitInSight,
    after: [...afterSigterm, 'stops-on-sigint'],
    async play(app, draw, stage) {
      // Ctrl-C is a signal like the other: whoever asked before it gets an answer, too.
      const second = stage.startAgain({ app: 'second' });
      await Promise.all([app.ready(), second.ready()]);
      const takesMs = draw.lasting(400);
      const longerMs = takesMs + draw.lasting(250);
      // One of them is the second on its connection, which must not be taken for idle after its first answer.
      app.get('/', { as: 'earlier', on: 'reused' });
      await app.answered('earlier');
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      app.get(`/slow?ms=${longerMs}&id=${draw.token()}`, { as: 'slower', on: 'reused', takesMs: longerMs });
      second.get(`/slow?ms=${longerMs}&id=${draw.token()}`, { as: 'slow at SIGINT', takesMs: longerMs });
      await Promise.all([app.accepted('slower'), second.accepted('slow at SIGINT')]);
      app.notCutOff('slower');
      app.signal('SIGTERM');
      second.signal('SIGINT');
      app.stillInFlight('slow');
      await Promise.all([app.answered('slow'), app.answered('slower'), second.answered('slow at SIGINT')]);
    },
    expect: ['slow', 'slower', 'slow at SIGINT'].flatMap((name) => [
      must(answer(name).hasStatus(200), {
        because:
          'Every deploy sends SIGTERM, and some platforms SIGINT; a request that is cut off by it is an error that a user sees.',
        help: 'Stop listening first, then let the open requests end, all of them, and only then close what they need. Example 02-graceful-shutdown, "Connection draining".',
      }),
      must(answer(name).holdsItsOwn('id'), {
        because:
          'Half an answer is worse than none, because it looks like one; and so is the answer to another request.',
        help: 'Each request has to run to its end as if nothing had happened. Example 02-graceful-shutdown, "Connection draining".',
      }),
    ]),
  }),

  scenario('new connections are refused while the request in flight is still awaited', {
    id: 'refuses-new-connections',
    point: 3,
    settings: noLimitInSight,
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(500);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      await app.refuses({ whileOpen: 'slow', since: 'shutdown.phase' });
      await app.answered('slow');
    },
    expect: [
      must(newConnections.areRefusedWhile('slow'), {
        because:
          'A load balancer that is refused tries another instance; one that is let in is dropped when the process ends.',
        help: 'Closing a server stops it from listening at once; waiting for the open requests is a matter of its own. Example 02-graceful-shutdown, "Connection draining".',
      }),
    ],
  }),

  scenario('an idle keep-alive connection does not hold the exit back', {
    id: 'idle-keep-alive',
    point: 4,
    settings: noLimitInSight,
    after: afterSigterm,
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first', on: 'idle' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(exit.hasCode(0), {
        because:
          'Every proxy keeps idle connections open; a service that waits for them to end meets its limit on each deploy.',
        help: 'Between two requests a connection belongs to nobody and may be closed. Example 02-graceful-shutdown, "HTTP server graceful shutdown".',
      }),
    ],
  }),

  scenario('a keep-alive connection that was busy at the signal is closed after its answer', {
    id: 'busy-keep-alive',
    point: 4,
    settings: noLimitInSight,
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(300);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', on: 'busy', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      app.stillInFlight('slow');
      await app.answered('slow');
      await app.gone();
    },
    expect: [
      must(exit.hasCode(0), {
        because:
          'Node closes the idle connections once, when the server is closed; one that becomes idle later stays for the whole keep-alive timeout.',
        help: 'The answer itself can say that it is the last on its connection. Example 02-graceful-shutdown, "HTTP server graceful shutdown".',
      }),
    ],
  }),

  scenario('a client that always sends its next request at once does not hold the exit back', {
    id: 'chatty-keep-alive',
    point: 4,
    settings: noLimitInSight,
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(150);
      app.keepAsking(`/slow?ms=${takesMs}&id=${draw.token()}`, { on: 'chatter', takesMs });
      await app.answered('chatter 1');
      await app.accepted('chatter 2');
      app.signal('SIGTERM');
      // Between two requests the connection is idle, and may be closed like any other.
      app.stillInFlight('chatter 2');
      await app.gone({ afterMs: takesMs });
    },
    expect: [
      must(exit.hasCode(0), {
        because:
          'A proxy under load is never silent; a server that only waits for silence serves it for ever after it was closed.',
        help: 'A connection that is never idle has to be ended after an answer, by the side that wants to go. Example 02-graceful-shutdown, "HTTP server graceful shutdown".',
      }),
    ],
  }),

  scenario('the cleanup begins, and the database closes, only after the last answer', {
    id: 'cleans-up-after-the-last-answer',
    point: 5,
    settings: noLimitInSight,
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(400);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      app.stillInFlight('slow');
      await app.answered('slow');
      await app.gone();
    },
    expect: [
      must(
        eventLine('shutdown.phase').doesNotComeBeforeTheAnswerTo('slow', {
          takes: 'ms',
          where: { phase: 'cleanup' },
        }),
        {
          because:
            'What a request still needs must not be taken from under it; the order of the phases is the whole point of them.',
          help: 'The drain ends with the last answer, and the cleanup begins there. Example 02-graceful-shutdown, "Multi-phase shutdown sequence".',
        },
      ),
      must(eventLine('db.closed').doesNotComeBeforeTheAnswerTo('slow', { takes: 'ms' }), {
        because:
          'A request whose database is closed under it answers with an error that nobody can explain afterwards.',
        help: 'Close the database when no request can ask it any more. Example 02-graceful-shutdown, "Multi-phase shutdown sequence".',
      }),
      must(eventLine('db.closed').comes(), {
        because:
          'A database that is never told keeps the session, its locks and its memory until a timeout of its own.',
        help: 'The given database prints the line when it has really closed; wait for that. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
      must(exit.hasCode(0), {
        because:
          'A shutdown that answered everybody and closed everything was clean, and its exit code has to say so.',
        help: 'The exit code belongs to the end of the last phase. Example 02-graceful-shutdown, "Multi-phase shutdown sequence".',
      }),
    ],
  }),

  scenario('a database that takes long to close is waited for', {
    id: 'waits-for-the-database',
    point: 5,
    settings: (draw) => ({ ...noLimitInSight(), DB_CLOSE_MS: draw.lasting(400) }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      app.signal('SIGTERM');
      await app.gone({ afterMs: app.setting('DB_CLOSE_MS') });
    },
    expect: [
      must(eventLine('db.closed').comes(), {
        because:
          'What is still in the connection when the process ends is lost: the last write, or the message that it was the last.',
        help: 'Closing takes its time and says when it is done; the exit comes after that. Example 02-graceful-shutdown, "Cleanup timeout handling".',
        gate: true,
      }),
      must(eventLine('db.closed').doesNotComeBeforeTheLimit('DB_CLOSE_MS'), {
        because:
          'A log that says "closed" while the connection is still closing sends whoever reads it in the wrong direction.',
        help: 'DB_CLOSE_MS is how long the given database takes, and its own line comes after that.',
      }),
      must(exit.hasCode(0), {
        because: 'Long is not the same as failed: within the limit, a slow cleanup is a clean one.',
        help: 'The exit code belongs to the end of the last phase. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
    ],
  }),

  scenario('a request that never ends is given up at the limit, not before', {
    id: 'forces-the-exit-at-the-limit',
    point: 6,
    longest: true,
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.lasting(600) }),
    after: [...afterSigterm, 'stops-on-sigint', 'stops-on-sighup'],
    async play(app, _draw, stage) {
      const ends = async (program: App, signal: NodeJS.Signals): Promise<void> => {
        await program.ready();
        if (program === app) await program.idle();
        program.get('/hang', { as: `hang at ${signal}` });
        await program.accepted(`hang at ${signal}`);
        program.signal(signal);
        await program.gone({ afterMs: program.setting('SHUTDOWN_TIMEOUT_MS') });
      };
      // A limit does not belong to SIGTERM alone.
      await Promise.all([
        ends(app, 'SIGTERM'),
        ends(stage.startAgain({ app: 'second' }), 'SIGINT'),
        // When the limit is over there is no time left for its database either.
        ends(stage.startAgain({ app: 'third', settings: { DB_CLOSE_MS: 60_000 } }), 'SIGHUP'),
      ]);
    },
    expect: [
      must(eventLine('shutdown.forced').comes(), {
        because:
          'A forced end drops somebody; the log has to say that it was one, or the loss is never looked into.',
        help: 'Print it at the moment when the limit runs out. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
      must(eventLine('shutdown.forced').doesNotComeBeforeTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Time that was granted is time in which requests are still answered; giving up early drops them for nothing.',
        help: 'SHUTDOWN_TIMEOUT_MS is the whole limit, counted from the first signal.',
      }),
      must(eventLine('shutdown.complete').neverComes(), {
        because: 'Whoever reads "complete" believes that nobody was dropped.',
        help: 'What was forced is not complete; the two lines exclude each other.',
      }),
      must(exit.isNotBeforeTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Time that was granted is time in which requests are still answered; giving up early drops them for nothing.',
        help: 'SHUTDOWN_TIMEOUT_MS is the whole limit, counted from the first signal.',
      }),
      must(exit.hasCode(1), {
        because:
          'After its own patience a platform sends SIGKILL, and then nothing is logged at all; an end at the limit comes first, and says by its code that it was not clean.',
        help: 'Something has to run when the time is over, whatever the phases are doing. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
      must(exitOf('second').hasCode(1), {
        because: 'A shutdown that SIGINT has begun can hang like any other, and nobody else ends it.',
        help: 'The limit belongs to the shutdown, whichever signal it was that began it.',
      }),
      must(exitOf('third').hasCode(1), {
        because:
          'A shutdown that a lost terminal has begun can hang like any other, and a database that takes a minute to close does not make the limit longer.',
        help: 'The limit belongs to the shutdown, whichever signal it was that began it, and whatever is still to be closed.',
      }),
    ],
  }),

  scenario('one limit counts for all phases together', {
    id: 'one-limit-for-all-phases',
    point: 6,
    longest: true,
    settings: (draw) => {
      const limitMs = draw.lasting(700);
      return { SHUTDOWN_TIMEOUT_MS: limitMs, DB_CLOSE_MS: Math.round(limitMs * 0.7) };
    },
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = app.setting('DB_CLOSE_MS');
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      // Drain and cleanup last for 1.4 limits from the request on: both must still be too long for one, from the signal on.
      app.stillWithin('SHUTDOWN_TIMEOUT_MS', { of: 'slow', share: 0.3 });
      await app.gone({ afterMs: 2 * takesMs });
    },
    expect: [
      must(eventLine('shutdown.forced').comes(), {
        because:
          'A platform grants one span for the whole shutdown and counts from its own signal; phases that each take their own run into SIGKILL.',
        help: 'Drain and cleanup share what the first signal granted. The brief, "Settings".',
      }),
      must(exit.hasCode(1), {
        because:
          'A platform grants one span for the whole shutdown and counts from its own signal; phases that each take their own run into SIGKILL.',
        help: 'Drain and cleanup share what the first signal granted. The brief, "Settings".',
      }),
    ],
  }),

  scenario('with nothing in flight the end comes soon, however long the limit', {
    id: 'ends-soon-when-idle',
    point: 7,
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.integer(30_000, 90_000) }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(exit.hasCode(0), {
        because:
          'A deploy waits for every instance; a timer that nobody clears makes each of them take as long as the worst.',
        help: 'A limit that is no longer needed must not keep the process alive. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
    ],
  }),

  scenario('signals that come again neither start the shutdown anew nor cut it short', {
    id: 'repeated-signals',
    point: 8,
    settings: (draw) => ({ ...noLimitInSight(), DB_CLOSE_MS: draw.lasting(300) }),
    after: [...afterSigterm, 'waits-for-the-database'],
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(500);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      // Two at once, as from a platform and a terminal: the second may come before anything was done about the first.
      app.signal('SIGTERM');
      app.signal('SIGHUP');
      await app.says('shutdown.start');
      await app.keepSignalling(['SIGTERM', 'SIGINT', 'SIGHUP'], {
        everyMs: Math.round(takesMs / 8),
        until: 'slow',
      });
      await app.answered('slow');
      await app.saysWhere('shutdown.phase', 'for "cleanup"', ({ phase }) => phase === 'cleanup');
      app.signal('SIGTERM');
      app.signal('SIGINT');
      await app.gone({ afterMs: app.setting('DB_CLOSE_MS') });
    },
    expect: [
      must(eventLine('shutdown.start').comesOnce(), {
        because:
          'Two shutdowns at once close the same things twice, and the second fails on what the first has closed.',
        help: 'The second signal has to find out that the first was there. Example 01-signal-basics, "Signal cleanup patterns".',
      }),
      must(answer('slow').hasStatus(200), {
        because:
          'An impatient operator, or a platform that signals the process and then its group, must not cost a user the answer.',
        help: 'A listener that is gone after its first call leaves the default action behind. Example 01-signal-basics, "Signal cleanup patterns".',
      }),
      must(exit.hasCode(0), {
        because: 'However often it was asked, the shutdown was clean, and its exit code has to say so.',
        help: 'The signals after the first have nothing left to do. Example 01-signal-basics, "Signal cleanup patterns".',
      }),
      must(eventLine('db.closed').comes(), {
        because:
          'A cleanup that an impatient signal cuts short leaves behind what it was there to put in order.',
        help: 'The signals after the first have nothing left to do, in the cleanup as in the drain. Example 01-signal-basics, "Signal cleanup patterns".',
      }),
    ],
  }),

  scenario('signals that come again do not move the limit', {
    id: 'limit-is-not-moved',
    point: 8,
    longest: true,
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.lasting(700) }),
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = Math.round(app.setting('SHUTDOWN_TIMEOUT_MS') * 1.5);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      // The request lasts for 1.5 limits: it must still be too long for one, from the signal on.
      app.stillWithin('SHUTDOWN_TIMEOUT_MS', { of: 'slow', share: 0.4 });
      await app.keepSignalling(['SIGTERM', 'SIGINT'], { everyMs: Math.round(takesMs / 8), until: 'slow' });
      await app.gone();
    },
    expect: [
      must(eventLine('shutdown.forced').comes(), {
        because: 'The platform counts from its first signal; a limit that each signal moves is none.',
        help: 'The limit begins once, with the first signal. The brief, "Settings".',
      }),
      must(exit.hasCode(1), {
        because: 'The platform counts from its first signal; a limit that each signal moves is none.',
        help: 'The limit begins once, with the first signal. The brief, "Settings".',
      }),
    ],
  }),

  scenario('a cleanup that fails is said, and ends with code 1', {
    id: 'cleanup-fails',
    point: 9,
    settings: () => ({ ...noLimitInSight(), DB_CLOSE_FAIL: '1' }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(eventLine('shutdown.error').comes(), {
        because: 'A cleanup that failed in silence is found weeks later, in the data.',
        help: 'A step that rejects has to be caught where the phases are run, and said. Example 02-graceful-shutdown, "Cleanup timeout handling".',
      }),
      must(
        eventLine('shutdown.error').has(
          'message',
          'a text',
          (value) => typeof value === 'string' && value !== '',
        ),
        {
          because: 'That something failed is half of the news; what failed is the other half.',
          help: 'An Error carries its message with it.',
        },
      ),
      must(eventLine('shutdown.complete').neverComes(), {
        because: 'Whoever reads "complete" believes that everything was closed.',
        help: 'What failed is not complete; the two lines exclude each other.',
      }),
      must(exit.hasCode(1), {
        because: 'The exit code is the one thing that a supervisor reads, and 0 would say that all is well.',
        help: 'A failed step ends the program at once, without waiting for the limit. The brief, "Event lines".',
      }),
    ],
  }),

  scenario('SIGTERM while the database still connects ends the program soon', {
    id: 'signal-while-connecting',
    point: 10,
    settings: () => ({ ...noLimitInSight(), START_DELAY_MS: 45_000 }),
    after: afterSigterm,
    async play(app) {
      await app.says('starting');
      await app.idle();
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      should(exit.hasCode(0), {
        because:
          'A deploy that is rolled back at once stops programs that have not finished starting; those that cannot be stopped then are killed.',
        help: 'The listeners are there from the first moment, and what is not there yet need not be closed.',
      }),
      should(eventLine('ready').neverComes(), {
        because: 'Whoever reads "ready" sends requests.',
        help: 'When the connection comes, somebody has to ask whether it is still wanted.',
      }),
    ],
  }),

  scenario('an answer during the drain says that its connection will be closed', {
    id: 'answers-with-connection-close',
    point: 11,
    settings: noLimitInSight,
    after: afterSigterm,
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(400);
      app.get(`/slow?ms=${takesMs}&id=${draw.token()}`, { as: 'slow', on: 'busy', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      app.stillInFlight('slow');
      await app.answered('slow');
    },
    expect: [
      should(answer('slow').hasHeader('connection', 'close'), {
        because:
          'A client that is told so opens a new connection elsewhere; one that is not sends its next request into a closed one.',
        help: 'A header can be set until the head of the answer is sent. Example 02-graceful-shutdown, "HTTP server graceful shutdown".',
      }),
    ],
  }),

  scenario('clients that never finish their request do not hold the exit past the limit', {
    id: 'half-sent-and-silent',
    point: 12,
    longest: true,
    settings: (draw) => ({ SHUTDOWN_TIMEOUT_MS: draw.lasting(600) }),
    after: afterSigterm,
    async play(app) {
      await app.ready();
      await app.connect('half-sent', 'GET / HTTP/1.1\r\nHost: localhost\r\n');
      await app.connect('silent');
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone({ afterMs: app.setting('SHUTDOWN_TIMEOUT_MS') });
    },
    expect: [
      should(exit.isCleanBeforeOrForcedAtTheLimit('SHUTDOWN_TIMEOUT_MS'), {
        because:
          'Browsers open connections ahead of need and slow clients stop halfway; neither may decide when a service ends.',
        help: 'A server can say how many connections it still has, and drop those that have not asked anything.',
      }),
    ],
  }),
]);
