import { answer, eventLine, example, exit, must, newConnections, program, scene } from '#grader';
import {
  answerIs,
  comesTimes,
  theNextOneIsReadyBeforeTheOldOneIsGone,
  theReportTellsOf,
} from './claims-of-scenes.ts';

/** Long enough that no scene meets it by accident. */
const noLimitInSight = { GRACE_MS: 60_000, CRASH_DIR: 'crashes' };

const endsWithOne = must(exit.hasCode(1), {
  because: 'A supervisor restarts by the exit code; after a crash, 0 tells it that all is well.',
  help: 'Set the code first, before anything that may fail.',
});

const becauseOfTheOthers =
  'The users whose requests are in flight had no part in the error; cutting them off makes one fault into many.';

export default example('04-uncaught-exception', {
  title: 'A service that an uncaught exception ends in good order',
  points: [
    'Safe uncaughtException handling',
    'Error logging and reporting',
    'Graceful degradation',
    'Process restart coordination',
  ],
  requests: [
    { key: 'p', method: 'GET', path: '/price?id=1&ms=3000' },
    { key: 'b', method: 'GET', path: '/bug' },
    { key: 'd', method: 'POST', path: '/rates?down=1' },
    { key: 'f', method: 'POST', path: '/fault?message=oops' },
  ],
  scenes: [
    scene('a bug that nobody catches', {
      id: 'uncaught-in-a-timer',
      point: 1,
      question:
        'A callback throws while somebody else waits for a price. What becomes of that request, and of the next one?',
      answer:
        'The open request got its answer, the newcomer was refused, and the process ended with code 1. The error decides that the process ends; it need not decide that everybody is cut off.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(400);
        app.get(`/price?id=${draw.token()}&ms=${takesMs}`, { as: 'price', takesMs });
        await app.accepted('price');
        app.post('/fault?message=oops', { as: 'fault' });
        await app.refuses({ whileOpen: 'price', since: 'fatal' });
        await app.answered('price');
        await app.gone();
      },
      expect: [
        must(answer('price').holdsItsOwn('id'), {
          because: becauseOfTheOthers,
          help: 'Close the server, and exit when the last answer is out.',
        }),
        must(newConnections.areRefusedWhile('price'), {
          because: 'A request that is let in now is served by a process that nobody vouches for any more.',
          help: 'Close the server before anything else is waited for.',
        }),
        endsWithOne,
      ],
    }),

    scene('a request that never ends', {
      id: 'limit-of-the-way-out',
      point: 1,
      question: 'The same error, but one of the open requests hangs for good. How long does the end take?',
      answer:
        'As long as the limit, and not longer. In a broken process anything may hang, so the timer was started before the rest was tried.',
      settings: (draw) => ({ CRASH_DIR: 'crashes', GRACE_MS: draw.lasting(500) }),
      async play(app) {
        await app.ready();
        app.get('/stuck', { as: 'stuck' });
        await app.accepted('stuck');
        app.post('/fault?message=oops', { as: 'fault' });
        await app.gone({ afterMs: app.setting('GRACE_MS') });
      },
      expect: [
        must(eventLine('gave-up').comesOnce(), {
          because: 'Somebody was dropped after all, and the log is where that is found.',
          help: 'Write the line synchronously: the exit follows at once.',
        }),
        endsWithOne,
      ],
    }),

    scene('a second error on the way out', {
      id: 'second-error',
      point: 1,
      question: 'While the price is still awaited, a second callback throws. Does that cut the end short?',
      answer:
        'No. It was noted, and the end went on as the first error had begun it: the price was answered, one report written. Errors seldom come alone, and the second is often a consequence of the first.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(500);
        app.get(`/price?id=${draw.token()}&ms=${takesMs}`, { as: 'price', takesMs });
        await app.accepted('price');
        app.post('/fault?message=first&then=second', { as: 'fault' });
        await app.says('fatal');
        app.stillOpen('price');
        await app.says('fatal.again');
        await app.answered('price');
        await app.gone();
      },
      expect: [
        must(eventLine('fatal').comesOnce(), {
          because:
            'Two ends at once close the same things twice, and the second fails on what the first closed.',
          help: 'Remember that the end has begun.',
        }),
        must(
          eventLine('fatal.again').has('message', 'second', (message) => message === 'second'),
          {
            because: 'The second error may be the one that explains the first.',
            help: 'Log each, and begin the end once.',
          },
        ),
        must(answer('price').holdsItsOwn('id'), {
          because: becauseOfTheOthers,
          help: 'The limit was set at the first error, and bounds all that follows.',
        }),
        endsWithOne,
      ],
    }),

    scene('whose request it was', {
      id: 'report-names-the-request',
      point: 2,
      question:
        'Two requests are under way, and a timer that one of them left behind throws. Can the report say which one it was?',
      answer:
        'Yes. The store of AsyncLocalStorage is still there in the listener for uncaughtException. The password in the message is masked, and the report was whole before the process was gone.',
      settings: () => noLimitInSight,
      async play(app, draw, stage) {
        await app.ready();
        const takesMs = draw.lasting(300);
        app.get(`/price?id=1&ms=${takesMs}`, {
          as: 'price',
          takesMs,
          headers: { 'x-request-id': draw.token() },
        });
        await app.accepted('price');
        const secret = draw.token();
        app.post(`/fault?message=${encodeURIComponent(`no login with password=${secret}`)}`, {
          as: 'fault',
          headers: { 'x-request-id': draw.token() },
        });
        await app.gone({ afterMs: takesMs });
        await stage.collect('CRASH_DIR');
      },
      expect: [
        must(theReportTellsOf('fault', { hides: 'password' }), {
          because:
            'A stack says where; only the request says for whom, and with what. What it says is read by many.',
          help: 'Run each request in an AsyncLocalStorage, write synchronously, and mask on the way in.',
        }),
        endsWithOne,
      ],
    }),

    scene('a report that cannot be written', {
      id: 'report-fails',
      point: 2,
      question:
        'CRASH_DIR=/dev/null/crashes, where nobody can write: now the error handler meets an error of its own. What is the exit code?',
      answer:
        '1, and the line was there. A throw that leaves the listener for uncaughtException ends the process on the spot with code 7, and with it all that the listener had still to do; this one catches its own.',
      settings: () => ({ ...noLimitInSight, CRASH_DIR: '/dev/null/crashes' }),
      async play(app) {
        await app.ready();
        app.post('/fault?message=oops', { as: 'fault' });
        await app.gone();
      },
      expect: [
        must(eventLine('report.failed').comesOnce(), {
          because: 'Disks are full exactly when many things fail at once.',
          help: 'Print first, write second, and catch what the writing throws.',
        }),
        must(eventLine('fatal').comesOnce(), {
          because: 'Without it, the only trace would be of the failed report.',
          help: 'The line goes out before anything that may fail.',
        }),
        endsWithOne,
      ],
    }),

    scene('null is thrown', {
      id: 'null-is-thrown',
      point: 2,
      question: 'What was thrown is no Error but `null`. What does `error.message` do to the error handler?',
      answer:
        'It would throw, and the exit code would be 7. This handler expects nothing of what it is given: the line says "null", and the code is 1.',
      settings: () => noLimitInSight,
      async play(app) {
        await app.ready();
        app.post('/fault', { as: 'fault' });
        await app.gone();
      },
      expect: [
        must(
          eventLine('fatal').has('message', 'null', (message) => message === 'null'),
          {
            because: 'JavaScript throws and rejects with anything, and libraries do.',
            help: '`util.inspect` makes a text of everything.',
          },
        ),
        endsWithOne,
      ],
    }),

    scene('a dependency that fails', {
      id: 'dependency-fails',
      point: 3,
      question: 'The rate service is down, as it was bound to be some day. Would a restart help?',
      answer:
        'No, so there is none. The prices went on with the last known rate, each said that it was stale, and the log has one line for the change and one for the way back.',
      settings: () => noLimitInSight,
      async play(app) {
        await app.ready();
        app.post('/rates?down=1', { as: 'down' });
        await app.answered('down');
        for (const as of ['first', 'second']) {
          app.get('/price?id=1', { as });
          await app.answered(as);
        }
        app.post('/rates?down=0', { as: 'up' });
        await app.answered('up');
        app.get('/price?id=1', { as: 'third' });
        await app.answered('third');
        await app.says('recovered');
      },
      expect: [
        must(answerIs('second', 200, { rate: 1.08, stale: true }), {
          because: 'A price that is an hour old is worth more to a shop than none.',
          help: 'Decide for each dependency what can be said without it.',
        }),
        must(answerIs('third', 200, { rate: 1.09, stale: false }), {
          because: 'A fallback that nobody leaves is a second fault.',
          help: 'Ask again with each request, or from time to time.',
        }),
        must(eventLine('degraded').comesOnce(), {
          because: 'A line for each request buries what else there is to read.',
          help: 'Log the change.',
        }),
        must(program.keepsRunning(), {
          because: 'A restart cures no other service, and loses what this one still knew.',
          help: 'Catch what was expected where it was expected.',
        }),
      ],
    }),

    scene('a bug inside a request', {
      id: 'bug-inside-the-boundary',
      point: 3,
      question:
        'A route has a bug and throws, inside the `try` that is around every request. Does the process end?',
      answer:
        'No. The request got 500 and a line in the log. The boundary knows what a request has in hand and throws it away with it; outside of every boundary nobody knows that, and that is when the process ends.',
      settings: () => noLimitInSight,
      async play(app) {
        await app.ready();
        app.get('/bug', { as: 'bug' });
        await app.answered('bug');
        app.get('/price?id=1', { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(answer('bug').hasStatus(500), {
          because: 'A client without an answer waits for its own timeout, and then tries again.',
          help: 'Catch around the whole route, also where it is async.',
        }),
        must(answer('next').hasStatus(200), {
          because: 'One bad input must not be a way to take the service down.',
          help: 'Keep what a request changes inside the request.',
        }),
        must(eventLine('request.failed').comesOnce(), {
          because: 'A boundary that swallows errors hides the bugs that it was built for.',
          help: 'Log it as loudly as a crash.',
        }),
        must(eventLine('fatal').neverComes(), {
          because: 'Not every bug is a crash; what is known to be contained is contained.',
          help: 'Catch at the boundary.',
        }),
      ],
    }),

    scene('the supervisor starts the next one', {
      id: 'replaced-while-it-drains',
      point: 4,
      question:
        'SUPERVISE=1: a second process watches the first. The crashed worker still answers for a second. Is nobody there for that long?',
      answer:
        'The next one was ready before the old one was gone. A worker that has freed its port asks for its replacement at once. The SIGTERM at the end was passed on, and nobody was started after it.',
      settings: () => ({ ...noLimitInSight, SUPERVISE: 1, BACKOFF_MS: 20 }),
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(1_500);
        app.get(`/price?id=${draw.token()}&ms=${takesMs}`, { as: 'price', takesMs });
        await app.accepted('price');
        const next = app.saysMore('ready', { afterMs: takesMs });
        app.post('/fault?message=oops', { as: 'fault' });
        await next;
        await app.answered('price');
        await app.says('worker.exit');
        app.signal('SIGTERM');
        await app.gone();
      },
      expect: [
        must(theNextOneIsReadyBeforeTheOldOneIsGone, {
          because: 'Otherwise every crash is an outage as long as the slowest request.',
          help: 'Stop listening, then ask, then drain.',
        }),
        must(answer('price').holdsItsOwn('id'), {
          because: becauseOfTheOthers,
          help: 'The supervisor does not kill what has asked to be replaced.',
        }),
        must(eventLine('restart').comesOnce(), {
          because: 'A supervisor that restarts what it was told to stop cannot be stopped.',
          help: 'Remember the stop before you pass it on.',
        }),
        must(exit.hasCode(0), {
          because: 'A stop that was asked for is no failure, whatever happened an hour ago.',
          help: 'Let the workers end, and the loop run empty.',
        }),
      ],
    }),

    scene('a crash loop', {
      id: 'crash-loop',
      point: 4,
      question: 'The worker crashes at every start. What does the supervisor do with its patience?',
      answer:
        'It waited twice as long each time, and gave up after the third restart, with exit code 1. Restarts mend what is rare; what fails every time is for a human, and a hot loop of restarts hides it.',
      settings: () => ({ ...noLimitInSight, SUPERVISE: 1, START_FAILS: 1, BACKOFF_MS: 50, MAX_CRASHES: 3 }),
      async play(app) {
        // Four starts and three waits.
        await app.gone({ afterMs: 4_000 });
      },
      expect: [
        must(
          eventLine('restart').has(
            'waitMs',
            '50, 100, 200',
            (waitMs, { crashes }) => waitMs === 50 * 2 ** (Number(crashes) - 1),
          ),
          {
            because:
              'A database that just restarted is killed by a hundred clients that all come back at once.',
            help: 'Double the wait at each crash, and begin anew after a long, good run.',
          },
        ),
        must(comesTimes('restart', 3), {
          because: 'Without a limit the loop costs a core for as long as nobody looks.',
          help: 'Count, and stop.',
        }),
        must(eventLine('surrendered').comesOnce(), {
          because: 'Whoever is called at night reads the last line first.',
          help: 'Say why, with the reason of the last crash.',
        }),
        endsWithOne,
      ],
    }),
  ],
});
