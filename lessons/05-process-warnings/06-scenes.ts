import {
  answer,
  broken,
  type Claim,
  eventLine,
  eventLines,
  eventsOf,
  example,
  exit,
  holds,
  moot,
  must,
  outcomeOf,
  program,
  scene,
  whatStoppedThePlay,
} from '#grader';

/** Nothing but the scene's own doing decides what is printed. */
const quiet = { NODE_OPTIONS: '--no-warnings', SUMMARY_MS: 60_000, LEAK_CHECK_MS: 60_000 };

const stderrLines = (says: (text: string) => boolean, text: string, wanted: boolean): Claim => ({
  text,
  judge(timeline) {
    const stopped = whatStoppedThePlay(timeline);
    if (stopped !== undefined) return moot(stopped);
    const line = eventsOf(timeline, 'line').find((seen) => seen.stream === 'stderr' && says(seen.text));
    if ((line !== undefined) === wanted) return holds;
    return broken(text, line?.text ?? 'no such line');
  },
});

const nodePrints = (part: string): Claim =>
  stderrLines((text) => text.includes(part), `stderr holds "${part}"`, true);
const stderrIsSilent: Claim = stderrLines(
  (text) => text.trim() !== '',
  'nothing is printed on stderr',
  false,
);

const isOfTheKind = (event: string, fields: Readonly<Record<string, unknown>>): Claim => ({
  text: `a line "${event}" carries ${JSON.stringify(fields)}`,
  judge(timeline) {
    const lines = eventLines(timeline, { event });
    if (lines.length === 0) return moot(whatStoppedThePlay(timeline) ?? `no line "${event}" was printed`);
    const all = Object.entries(fields);
    return lines.some((line) => all.every(([name, value]) => line.fields[name] === value))
      ? holds
      : broken(JSON.stringify(fields), (lines[0]?.line.text ?? '').slice(0, 300));
  },
});

/** What GET /warnings answered. */
const counted = (request: string, totals: Readonly<Record<string, number>>): Claim => ({
  text: `"${request}" is answered with ${JSON.stringify(totals)}`,
  judge(timeline) {
    const outcome = outcomeOf(timeline, request);
    if (outcome?.kind !== 'answer') return moot(whatStoppedThePlay(timeline) ?? `no answer to "${request}"`);
    return outcome.body === JSON.stringify(totals) ? holds : broken(JSON.stringify(totals), outcome.body);
  },
});

export default example('06-process-warnings', {
  title: 'A shop that reads its own warnings',
  points: [
    'Capturing process warnings',
    'Custom warning emission',
    'Warning aggregation',
    'Production warning handling',
  ],
  requests: [
    { key: 's', method: 'POST', path: '/stale' },
    { key: 'o', method: 'GET', path: '/old-price?id=1' },
    { key: 'l', method: 'POST', path: '/listeners?times=11' },
    { key: 'w', method: 'GET', path: '/warnings' },
  ],
  scenes: [
    scene('a warning, and the next request', {
      id: 'warning-is-an-event',
      point: 1,
      question: 'The shop emits a warning while it answers. What becomes of the process, and who is told?',
      answer:
        'Nothing becomes of it: a warning is an event, not an error. Node printed its text on stderr, and the listener for "warning" got an object with name, code, detail and stack, of which it made one line.',
      settings: () => ({ ...quiet, NODE_OPTIONS: '' }),
      async play(app) {
        await app.ready();
        app.post('/stale', { as: 'stale' });
        await app.says('warning');
        app.get('/?id=1', { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(isOfTheKind('warning', { name: 'StaleStockWarning', code: 'SHOP002' }), {
          because: 'A text on stderr can be read; a name and a code can be counted, and wired to an alarm.',
          help: 'process.on("warning") is given an Error with name, message, code, detail and stack.',
        }),
        must(nodePrints('[SHOP002] StaleStockWarning: the stock is 1 minutes old'), {
          because:
            'This is the form in which most warnings are met: in the middle of a log, between two others.',
          help: 'Code in brackets, then name, then message; the detail follows on the next line.',
        }),
        must(answer('next').hasStatus(200), {
          because: 'A warning stops nobody, which is why it is so easily overlooked.',
          help: 'Whoever emits one goes on.',
        }),
      ],
    }),

    scene('the same with --no-warnings', {
      id: 'no-warnings-keeps-the-event',
      point: 1,
      question: 'NODE_OPTIONS=--no-warnings. Does the listener still get the warning?',
      answer:
        'Yes. The flag takes away the text on stderr and nothing else. This is how production runs it: one line in the log, in the form of all other lines, and not two.',
      settings: () => quiet,
      async play(app) {
        await app.ready();
        app.post('/stale', { as: 'stale' });
        await app.says('warning');
        app.get('/', { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(isOfTheKind('warning', { code: 'SHOP002' }), {
          because: 'Without a listener of its own, a program with this flag is deaf.',
          help: 'Silence the printing only where something else listens.',
        }),
        must(stderrIsSilent, {
          because: 'A log parser that expects JSON trips over the free text of the default.',
          help: 'The flag, or NODE_NO_WARNINGS=1.',
        }),
      ],
    }),

    scene('a deprecated function, called three times', {
      id: 'deprecated-once',
      point: 2,
      question:
        '`oldPrice` is wrapped by util.deprecate, and three requests call it. How many warnings are there?',
      answer:
        'One. util.deprecate warns at the first call and remembers its code for the rest of the process, so that a hot path does not fill the log.',
      settings: () => quiet,
      async play(app) {
        await app.ready();
        for (const as of ['first', 'second', 'third']) {
          app.get('/old-price?id=1', { as });
          await app.answered(as);
        }
        app.get('/warnings', { as: 'counts' });
        await app.answered('counts');
      },
      expect: [
        must(counted('counts', { 'DeprecationWarning SHOP001': 1 }), {
          because: 'A count of 1 says that it is used, and not how often.',
          help: 'Count the calls yourself where you need to know when the last caller is gone.',
        }),
        must(answer('third').hasStatus(200), {
          because: 'Deprecated is not removed.',
          help: 'The wrapped function does what it always did.',
        }),
      ],
    }),

    scene('the same warning three times', {
      id: 'emitted-three-times',
      point: 2,
      question: 'process.emitWarning is called three times with the same code. Does it say so once, too?',
      answer:
        'No: it was counted three times, because emitWarning remembers nothing. The second kind went through `warnOnce`, which does, and was counted once.',
      settings: () => quiet,
      async play(app) {
        await app.ready();
        app.post('/stale?times=3', { as: 'stale' });
        await app.answered('stale');
        app.post('/default-key?times=3', { as: 'key' });
        await app.answered('key');
        app.get('/warnings', { as: 'counts' });
        await app.answered('counts');
      },
      expect: [
        must(counted('counts', { 'StaleStockWarning SHOP002': 3, 'ConfigWarning SHOP003': 1 }), {
          because: 'A warning in a request handler is printed as often as there are requests.',
          help: 'Keep a set of the codes that were given.',
        }),
      ],
    }),

    scene('a thousand warnings', {
      id: 'a-thousand-warnings',
      point: 3,
      question: 'A loop emits the same warning a thousand times. How long does the log get?',
      answer:
        'Two lines: the first with all that is known, and a summary that says 999. The message differed each time, by a number; name and code did not, and they are what is counted by.',
      settings: () => quiet,
      async play(app) {
        await app.ready();
        app.post('/stale?times=1000', { as: 'stale' });
        await app.answered('stale');
        app.signal('SIGTERM');
        await app.gone();
      },
      expect: [
        must(eventLine('warning').comesOnce(), {
          because: 'Printing costs time and money by the line, and a flood hides what else is there.',
          help: 'Print the first of a kind.',
        }),
        must(isOfTheKind('warnings', { 'StaleStockWarning SHOP002': 999 }), {
          because: 'How often is the difference between a nuisance and an incident.',
          help: 'Say the counts from time to time, and at the end: the "exit" event is early enough.',
        }),
        must(exit.hasCode(0), {
          because: 'A thousand warnings are no failure.',
          help: 'Warnings leave the exit code alone.',
        }),
      ],
    }),

    scene('two windows', {
      id: 'summary-by-window',
      point: 3,
      question: 'Three warnings come, then a summary, then four more. What does the second summary say?',
      answer:
        'Four: each says what is new since the last, so that a rate can be read from it, and none is printed for a window in which nothing came.',
      settings: () => ({ ...quiet, SUMMARY_MS: 150 }),
      async play(app) {
        await app.ready();
        app.post('/stale?times=3', { as: 'three' });
        await app.says('warnings', { afterMs: app.setting('SUMMARY_MS') });
        const second = app.saysMore('warnings', { afterMs: app.setting('SUMMARY_MS') });
        app.post('/stale?times=4', { as: 'four' });
        await second;
      },
      expect: [
        must(isOfTheKind('warnings', { 'StaleStockWarning SHOP002': 4 }), {
          because: 'A total that only ever grows hides when it grew.',
          help: 'Remember what was told, and subtract.',
        }),
      ],
    }),

    scene('listeners that grow and grow', {
      id: 'leak-grows',
      point: 4,
      question:
        'Eleven requests have added a listener each, and Node warns. Five more come. Does Node warn again?',
      answer:
        'No: once for an emitter and an event, however many follow. The shop looked again by itself, found 16 where 11 had been, and only then spoke of a leak.',
      settings: () => ({ ...quiet, LEAK_CHECK_MS: 100 }),
      async play(app) {
        await app.ready();
        app.post('/listeners?times=11', { as: 'eleven' });
        await app.says('warning');
        app.post('/listeners?times=5', { as: 'five' });
        await app.says('leak.suspected', { afterMs: app.setting('LEAK_CHECK_MS') });
        app.get('/warnings', { as: 'counts' });
        await app.answered('counts');
      },
      expect: [
        must(counted('counts', { 'MaxListenersExceededWarning order': 1 }), {
          because: 'Whoever waits for the second warning waits for ever.',
          help: 'Take the first as a reason to look, not as the finding.',
        }),
        must(isOfTheKind('leak.suspected', { type: 'order', to: 16 }), {
          because: 'Growth is what tells a leak; a number alone never does.',
          help: 'The warning carries emitter, type and count: ask the emitter again later.',
        }),
      ],
    }),

    scene('many listeners, and no leak', {
      id: 'fan-out-is-steady',
      point: 4,
      question:
        'This time it is eleven parts of the shop that listen for orders, once and for all. Is Node wrong to warn?',
      answer:
        'It cannot know: at the moment of the eleventh both look the same. The count stayed at 11, so this is a fan-out, and `setMaxListeners` with the true number is the honest answer to it.',
      settings: () => ({ ...quiet, LEAK_CHECK_MS: 100 }),
      async play(app) {
        await app.ready();
        app.post('/listeners?times=11', { as: 'eleven' });
        await app.says('listeners.steady', { afterMs: app.setting('LEAK_CHECK_MS') });
        await app.leftAlone({ forMs: 300 });
      },
      expect: [
        must(isOfTheKind('listeners.steady', { listeners: 11 }), {
          because: 'An alarm that cries at every fan-out is switched off before the first leak.',
          help: 'Compare two counts.',
        }),
        must(eventLine('leak.suspected').neverComes(), {
          because: 'Nothing grew.',
          help: 'Compare two counts.',
        }),
      ],
    }),

    scene('a warning that the listener cannot print', {
      id: 'listener-survives',
      point: 4,
      question:
        'A library emits an Error of its own as a warning, with a BigInt in it, and JSON.stringify throws. What does a throw in the listener do?',
      answer:
        'It would be an uncaught exception, and a mere warning would end the process with code 1. The listener catches its own errors, said that it could not read this one, and the shop went on.',
      settings: () => quiet,
      async play(app) {
        await app.ready();
        app.post('/odd', { as: 'odd' });
        await app.says('warning.unreadable');
        app.get('/', { as: 'next' });
        await app.answered('next');
      },
      expect: [
        must(eventLine('warning.unreadable').comesOnce(), {
          because: 'What is dropped in silence is missed when it matters.',
          help: 'Catch inside the listener, and say so.',
        }),
        must(program.keepsRunning(), {
          because: 'Whoever reads the warnings must not be the one who takes the service down.',
          help: 'Catch inside the listener.',
        }),
      ],
    }),

    scene('the test run that forbids deprecations', {
      id: 'throw-deprecation',
      point: 4,
      question:
        'NODE_OPTIONS=--throw-deprecation, and one request calls the deprecated function. What happens?',
      answer:
        'The warning became an error, thrown in the next tick, where no `try` of the caller is around it: exit code 1. In a test run that is what one wants; in production it makes an old line of code into an outage.',
      settings: () => ({ ...quiet, NODE_OPTIONS: '--throw-deprecation' }),
      async play(app) {
        await app.ready();
        app.get('/old-price?id=1', { as: 'old' });
        await app.gone();
      },
      expect: [
        must(exit.hasCode(1), {
          because: 'A deprecation is found on the day it is written, or on the day of the upgrade.',
          help: 'Set the flag where tests run, and nowhere else.',
        }),
        must(nodePrints('SHOP001'), {
          because: 'The stack that is printed leads to the caller.',
          help: 'Read the first line of the stack that is your own.',
        }),
      ],
    }),
  ],
});
