import { answer, eventLine, example, exit, must, program, scene, theLines } from '#grader';
import { answerIs, comesTimes, theLineNames } from './claims-of-scenes.ts';

/** Long enough that no scene meets it by accident. */
const noLimitInSight = { GRACE_MS: 60_000, LATE_MS: 60_000, TALLY_MS: 60_000 };

const endsWithOne = must(exit.hasCode(1), {
  because: 'A supervisor restarts by the exit code; after a crash, 0 tells it that all is well.',
  help: 'Set the code before anything that may fail.',
});

export default example('05-unhandled-rejection', {
  title: 'A service that knows what becomes of promises that nobody awaits',
  points: [
    'Handling unhandledRejection',
    'Promise error tracking',
    'Rejection logging',
    'Recovery strategies',
  ],
  requests: [
    { key: 'r', method: 'POST', path: '/receipts?id=7&fails=2' },
    { key: 'h', method: 'POST', path: '/receipts?id=8&hangs=1' },
    { key: 'l', method: 'GET', path: '/report?ms=500' },
    { key: 'b', method: 'POST', path: '/forgotten?kind=bug&message=oops' },
  ],
  scenes: [
    scene('a bug in a promise that nobody awaits', {
      id: 'bug-is-fatal',
      point: 1,
      question:
        'A TypeError rejects a promise whose `await` was forgotten. The service has a listener for unhandledRejection: does it go on?',
      answer:
        'No. The listener looked at the kind of the error, and a TypeError is a bug: nobody knows what was left half done. The open request was answered first.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(400);
        app.get(`/slow?id=${draw.token()}&ms=${takesMs}`, { as: 'slow', takesMs });
        await app.accepted('slow');
        app.post('/forgotten?kind=bug&message=oops', { as: 'forgotten' });
        await app.says('fatal');
        app.stillOpen('slow');
        await app.answered('slow');
        await app.gone();
      },
      expect: [
        must(
          eventLine('fatal').has('message', 'oops', (message) => message === 'oops'),
          {
            because:
              'A listener that only logs takes the default crash away from every bug there will ever be.',
            help: 'Decide by kind, and let what is not known to be harmless be fatal.',
          },
        ),
        must(answer('slow').holdsItsOwn('id'), {
          because: 'The error belongs to one promise; the open requests had no part in it.',
          help: 'Go the same way out as after an uncaught exception.',
        }),
        endsWithOne,
      ],
    }),

    scene('an expected failure that nobody awaits', {
      id: 'expected-is-counted',
      point: 1,
      question:
        'The same forgotten promise, but what rejects it is a dependency that was busy. Is that fatal?',
      answer:
        'No. It was logged and counted, and the service went on. Ending it would cure no dependency, and would turn one busy moment of another service into an outage of this one.',
      settings: () => ({ ...noLimitInSight, LATE_MS: 100 }),
      async play(app) {
        await app.ready();
        app.post('/forgotten?message=busy', { as: 'forgotten' });
        await app.says('rejection.lost', { afterMs: app.setting('LATE_MS') });
        app.get('/', { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(eventLine('rejection.lost').comesOnce(), {
          because: 'It is still a promise that somebody forgot, and the log is where that is found.',
          help: 'Log it, with the stack.',
        }),
        must(answerIs('next', 200, { lost: 1 }), {
          because: 'Going on is a decision that has to be seen, so it is counted.',
          help: 'Count, and let the count have a limit.',
        }),
        must(program.keepsRunning(), {
          because: 'With no listener at all Node would have ended the process here.',
          help: 'Mark what is expected where it is made: a class of its own, or a code.',
        }),
      ],
    }),

    scene('a rejection that is caught late', {
      id: 'caught-late',
      point: 2,
      question:
        'A route begins two things at once and awaits them in turn; the second fails while the first is awaited. Is that failure handled?',
      answer:
        'In the end, yes, by the `catch` around the route, and the client got its 503. In between it was "unhandled" for as long as the first was awaited: Node alone would have ended the process. The line "rejection.late" names the place to mend with `Promise.all`.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(100);
        app.get(`/report?ms=${takesMs}`, { as: 'report', takesMs });
        await app.says('rejection.late', { afterMs: takesMs });
        await app.answered('report');
      },
      expect: [
        must(eventLine('rejection.late').comesOnce(), {
          because: 'The same code, with the first part a little faster, never fails in a test.',
          help: 'Keep the promise of each unhandledRejection until rejectionHandled names it, or time is up.',
        }),
        must(answer('report').hasStatus(503), {
          because: 'Somebody did come for the rejection, only not in time.',
          help: 'Await what begins together together: `Promise.all`, `Promise.allSettled`.',
        }),
        must(eventLine('rejection.lost').neverComes(), {
          because: 'What was handled in the end must not count as lost.',
          help: 'Clear the timer when rejectionHandled comes.',
        }),
      ],
    }),

    scene('background work at SIGTERM', {
      id: 'background-at-sigterm',
      point: 2,
      question: 'A receipt is being sent behind an answer that is long out. Does SIGTERM wait for it?',
      answer:
        'Yes. No request and no connection shows it, but it was started through the one place that keeps a list, and the stop waits for that list.',
      settings: (draw) => ({ ...noLimitInSight, DELIVERY_MS: draw.lasting(500) }),
      async play(app) {
        await app.ready();
        app.post('/receipts?id=7', { as: 'order' });
        await app.answered('order');
        app.signal('SIGTERM');
        await app.says('stopping');
        app.stillWithin('DELIVERY_MS', { of: 'order' });
        await app.gone({ afterMs: app.setting('DELIVERY_MS') });
      },
      expect: [
        must(theLines({ event: 'stopping' }, { event: 'receipt.sent' }, { event: 'stopped' }).comeInOrder(), {
          because: 'The customer has an answer that promises a receipt, and every deploy sends SIGTERM.',
          help: 'Keep the promises of all background work, and await them in the stop.',
        }),
        must(exit.hasCode(0), {
          because: 'Nothing was lost.',
          help: 'Clear the limit, and the loop runs empty.',
        }),
      ],
    }),

    scene('a promise that never settles', {
      id: 'never-settles',
      point: 2,
      question:
        'The mail server accepts the connection and never says another word. Which event tells of that promise?',
      answer:
        'None: it is neither rejected nor resolved. Only the list knew its name, and the limit ended the wait with code 1. Without the timer the loop would have been empty, and the process would have ended in silence with code 0.',
      settings: (draw) => ({ ...noLimitInSight, GRACE_MS: draw.lasting(400) }),
      async play(app) {
        await app.ready();
        app.post('/receipts?id=8&hangs=1', { as: 'order' });
        await app.answered('order');
        app.signal('SIGTERM');
        await app.gone({ afterMs: app.setting('GRACE_MS') });
      },
      expect: [
        must(
          eventLine('gave-up').has('waitingFor', 'receipt 8', (names) => String(names) === 'receipt 8'),
          {
            because: 'A shutdown that hangs without a name is looked into once a week, and never understood.',
            help: 'Give every piece of background work a name, and print those that are left.',
          },
        ),
        must(exit.isNotBeforeTheLimit('GRACE_MS'), {
          because: 'Granted time is time in which it might still have been sent.',
          help: 'Hold the loop with the timer of the limit.',
        }),
        endsWithOne,
      ],
    }),

    scene('whose promise it was', {
      id: 'names-the-request',
      point: 3,
      question:
        'Two requests are under way, and one of them forgets a promise that fails. What does the line say about it?',
      answer:
        'The id of the right request, although its answer was long out: the listener for unhandledRejection still sees the store of AsyncLocalStorage. The token in the message is masked.',
      settings: () => noLimitInSight,
      async play(app, draw) {
        await app.ready();
        const takesMs = draw.lasting(200);
        app.get(`/slow?id=1&ms=${takesMs}`, {
          as: 'slow',
          takesMs,
          headers: { 'x-request-id': draw.token() },
        });
        await app.accepted('slow');
        app.post(`/forgotten?kind=bug&message=token=${draw.token()}`, {
          as: 'forgotten',
          headers: { 'x-request-id': draw.token() },
        });
        await app.gone({ afterMs: takesMs });
      },
      expect: [
        must(theLineNames('fatal', { request: 'forgotten', hides: 'token' }), {
          because:
            'The stack of a rejection often ends at an `await`, so what it was about has to come from elsewhere.',
          help: 'Run each request in an AsyncLocalStorage, and mask on the way into the log.',
        }),
        endsWithOne,
      ],
    }),

    scene('five hundred at once', {
      id: 'burst-is-counted',
      point: 3,
      question:
        'A dependency goes down, and 500 promises are rejected in the same moment. How long does the log get?',
      answer:
        'Two lines: the first of its kind with all that is known, and at the end one that says "499 more". The count is exact, and the rest of the log can still be read.',
      settings: () => ({ ...noLimitInSight, LATE_MS: 50, LOST_BUDGET: 1_000 }),
      async play(app) {
        await app.ready();
        app.post('/forgotten?message=busy&times=500', { as: 'burst' });
        await app.says('rejection.lost', { afterMs: app.setting('LATE_MS') });
        // Answered once all their timers have fired.
        app.get('/slow?ms=100', { as: 'after', takesMs: 100 });
        await app.answered('after');
        app.signal('SIGTERM');
        await app.gone();
      },
      expect: [
        must(eventLine('rejection.lost').comesOnce(), {
          because: 'Logging is work too; a flood of lines is often what turns a bad minute into an outage.',
          help: 'Print the first of a kind, and count the others.',
        }),
        must(
          eventLine('more').has('more', '499', (more) => more === 499),
          {
            because: 'One and five hundred are different incidents.',
            help: 'Say the count when the window closes, and before the exit.',
          },
        ),
      ],
    }),

    scene('a mail server that is busy twice', {
      id: 'retried',
      point: 4,
      question:
        'Two attempts to send fail, the third succeeds. What is there to handle for unhandledRejection?',
      answer:
        'Nothing: it was handled where it was expected, with a longer and slightly random wait each time. The listener at the end of the world is for what nobody thought of.',
      settings: () => ({ ...noLimitInSight, RETRY_MS: 20 }),
      async play(app) {
        await app.ready();
        app.post('/receipts?id=7&fails=2', { as: 'order' });
        await app.says('receipt.sent', { afterMs: 100 });
      },
      expect: [
        must(comesTimes('receipt.retry', 2), {
          because: 'Most failures of a network are over a moment later.',
          help: 'Retry what was expected, and only what can be done twice without harm.',
        }),
        must(eventLine('receipt.sent').comesOnce(), {
          because: 'A receipt that is sent twice is a fault as well.',
          help: 'Return from the loop at the first success.',
        }),
        must(eventLine('rejection.lost').neverComes(), {
          because: 'What is handled near its cause is handled with everything in hand to do so.',
          help: 'Catch inside the background work.',
        }),
      ],
    }),

    scene('a mail server that is down for good', {
      id: 'set-aside',
      point: 4,
      question: 'Every attempt fails. For how long is it tried, and what happens to the others meanwhile?',
      answer:
        'Three times; then the receipt was set aside, where it is counted and can be sent by hand. The next receipt went its own way: no failure of one is a reason to stop all.',
      settings: () => ({ ...noLimitInSight, RETRY_MS: 20 }),
      async play(app) {
        await app.ready();
        app.post('/receipts?id=7&fails=99', { as: 'order' });
        await app.says('receipt.set-aside', { afterMs: 100 });
        app.post('/receipts?id=8', { as: 'next' });
        await app.says('receipt.sent');
      },
      expect: [
        must(comesTimes('receipt.retry', 2), {
          because: 'Retries without a limit are load for a service that is down because of load.',
          help: 'Count the attempts.',
        }),
        must(eventLine('receipt.set-aside').comesOnce(), {
          because: 'A piece of work that disappears after its last attempt was lost, only more slowly.',
          help: 'Put it where somebody looks.',
        }),
        must(
          eventLine('receipt.sent').has('id', '8', (id) => id === '8'),
          {
            because: 'One address that does not exist must not hold up the post.',
            help: 'Let each piece of background work fail alone.',
          },
        ),
      ],
    }),

    scene('too many to be bad luck', {
      id: 'budget-is-spent',
      point: 4,
      question:
        'Expected failures keep reaching nobody, more than LOST_BUDGET. Does the service go on for ever?',
      answer:
        'No. Each alone was harmless; so many mean that a handler is missing where all of them pass. Past the budget the service ended with code 1, and the line says why.',
      settings: () => ({ ...noLimitInSight, LATE_MS: 50, LOST_BUDGET: 10 }),
      async play(app) {
        await app.ready();
        app.post('/forgotten?message=busy&times=11', { as: 'burst' });
        await app.gone({ afterMs: app.setting('LATE_MS') });
      },
      expect: [
        must(eventLine('fatal').comesOnce(), {
          because: 'An exception to the rule that nobody counts becomes the rule.',
          help: 'Give what is tolerated a number.',
        }),
        endsWithOne,
      ],
    }),
  ],
});
