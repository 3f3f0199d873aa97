import {
  broken,
  type Claim,
  eventLine,
  eventsOf,
  exit,
  holds,
  lesson,
  moot,
  pitfall,
  question,
  theEnd,
  theLines,
  theOutput,
  whatStoppedThePlay,
} from '#grader';
import { exitHandling } from './09-scenes.ts';

/** What lay in the program's folder at the end, of which the file with the orders counts. */
const theOrdersAre = (wanted: 'saved' | 'lost'): Claim => ({
  text:
    wanted === 'saved' ? 'the three orders are in orders.json' : 'there is no orders.json with the orders',
  judge(timeline) {
    const seen = eventsOf(timeline, 'fact').find(({ name }) => name === 'files of app');
    if (seen === undefined) return moot(whatStoppedThePlay(timeline) ?? 'nobody looked');
    const files = seen.value as readonly { name: string; text: string }[];
    const file = files.find(({ name }) => name === 'orders.json');
    const saved = file?.text === '["order-1","order-2","order-3"]';
    return saved === (wanted === 'saved')
      ? holds
      : broken(`orders that are ${wanted}`, JSON.stringify(files));
  },
});

const isCollectedWhole = (whole: boolean): Claim =>
  eventLine('collected').has('whole', String(whole), (value) => value === whole);

export default lesson({
  title: 'Advanced Exit Handling',
  points: [
    'Exit code strategies',
    'Cleanup coordination',
    'Exit event guarantees',
    'beforeExit vs exit timing',
    'Preventing premature exit',
    'Exit handler ordering',
  ],
  objectives: [
    'choose exit codes that a scheduler can act on, and write them down as an interface',
    'say for each way out of a process what still runs and what is lost',
    'write one cleanup that every way out leads through, in reverse order and within a limit',
    'end a process without cutting off its last output',
    'notice an end that came before the work was done, and find what holds a process that does not end',
  ],
  readingMinutes: 30,
  exercises: [],
  examples: [exitHandling],
  pitfalls: [
    pitfall('14-async-work-in-exit', 'Asynchronous work in an exit listener', {
      stimulus: 'SIGTERM arrives while three orders are in memory only.',
      settings: () => ({ FOLDER: 'data' }),
      folders: ['data'],
      async play(app, _draw, stage) {
        await app.says('ready');
        app.signal('SIGTERM');
        await app.gone();
        await stage.collect('FOLDER');
      },
      wrong: [eventLine('saved').neverComes(), theOrdersAre('lost'), exit.hasCode(0)],
      right: [
        theLines({ event: 'saving' }, { event: 'saved' }).comeInOrder(),
        theOrdersAre('saved'),
        exit.hasCode(0),
      ],
      difference:
        'Both began to save, and both ended with code 0; only one has saved. In an exit listener the event loop has stopped, so what stands behind an await is never reached: asynchronous work belongs before the end, where the loop still turns.',
      section: 'Only what is synchronous is done',
    }),

    pitfall('15-exit-cuts-the-output', 'process.exit right after much output', {
      stimulus: 'A report of 20,000 rows is printed into a pipe whose reader is a moment late.',
      settings: (draw) => ({ LATE_MS: draw.lasting(300) }),
      async play(app) {
        await app.says('collected', { afterMs: app.setting('LATE_MS') });
        await app.gone();
      },
      wrong: [isCollectedWhole(false), eventLine('collected').has('code', '0', (code) => code === 0)],
      right: [
        isCollectedWhole(true),
        eventLine('collected').has('code', '0', (code) => code === 0),
        eventLine('collected').has('lines', 'all 20,001', (lines) => lines === 20_001),
      ],
      difference:
        'The code of both reports is 0, but one of them is cut off in the middle. A write into a pipe returns before the bytes are in it, and process.exit drops what still waits; with process.exitCode the process lives until the last byte is handed over.',
      section: 'Output that is lost',
    }),
  ],
  questions: [
    question('before-exit-and-exit', {
      prompt: 'What does this program print, line by line?',
      predicts: theOutput,
      because:
        'beforeExit means that the loop is empty; a listener may begin asynchronous work, and when that is done the event comes again. exit means that the process ends: its listeners run to their end, and the timer that is started there never fires.',
      section: 'beforeExit vs exit timing',
      selfCheck: 6,
    }),
    question('more-than-255-errors', {
      prompt: 'The program found 256 errors. Which exit code does its caller see?',
      predicts: theEnd,
      choices: ['0', '1', '255', '256'],
      because:
        'An exit code has eight bits, and 256 is the first number whose lowest eight bits are all zero. Clamp a count, or better, do not count in an exit code: 1 says that there were errors, and the output says how many.',
      section: 'What the number can hold',
    }),
    question('a-promise-that-hangs', {
      prompt: 'The pool never gives a connection. How does the process end?',
      predicts: theEnd,
      choices: ['0', '1', '13', 'still running'],
      because:
        'A promise holds no process. Nothing in the event loop could ever call back, so the loop was empty and the process ended, with 0, because nobody set another code. Neither catch nor finally was called: the promise was never settled.',
      section: 'A promise holds nobody',
    }),
    question('an-await-that-hangs', {
      prompt:
        'Here the promise is awaited at the top level of an ES module. Which exit code does it end with?',
      predicts: theEnd,
      choices: ['0', '1', '13', 'still running'],
      because:
        'Node sees that the main module never came to its end, and says 13. On Node 20 it says so only where the program has set no code of its own, and this one has set 0.',
      differs: 'Node 20 keeps the 0 that the program has set; Node 22, 24 and 26 end with 13 all the same.',
      section: 'A promise holds nobody',
    }),
    question('three-exit-listeners', {
      prompt: 'Three exit listeners, and two of them touch the code. What is printed?',
      predicts: theOutput,
      because:
        'Listeners run in the order of their registration. The first changed the code to 3, but the second was still called with the 2 that the end began with. process.exit inside a listener ends the process at once, with process.exitCode, so the third was never called.',
      section: 'Exit handler ordering',
    }),
    question('exit-and-finally', {
      prompt: 'What is printed?',
      predicts: theOutput,
      because:
        'process.exit does not return and does not throw. The process was over inside the call, so no finally, no catch and no `using` that surrounds it had its turn.',
      section: 'With `await using`',
    }),
    question('killed-with-an-exit-code', {
      prompt: 'The code is set to 3 and an exit listener is registered. How does the process end?',
      predicts: theEnd,
      choices: ['0', '3', '143', 'SIGTERM'],
      because:
        'A signal without a listener has its default action: the kernel ends the process. No JavaScript runs any more, so process.exitCode and the exit listener have no say, and the parent sees a signal and no code. A shell would show 143.',
      section: 'A death by signal is silent',
    }),
    question('saved-in-the-exit-listener', {
      prompt: 'The exit listener is an async function. What is printed?',
      predicts: theOutput,
      because:
        'The listener ran up to its first await that needs the event loop, and that loop had stopped. An async function as exit listener promises more than Node can keep.',
      section: 'Only what is synchronous is done',
    }),
    question('a-limit-without-weight', {
      prompt: 'The database never says that it is closed. Which exit code does the limit lead to?',
      predicts: theEnd,
      choices: ['0', '1', '13', 'still running'],
      because:
        'To none: the timer is let go with unref and the promise holds nobody, so the process ended at once with 0. The limit would have fired only if something else had kept the process alive.',
      section: 'unref, in both directions',
    }),
    question('a-worker-that-only-listens', {
      prompt: 'Nobody sends a signal. What is printed?',
      predicts: theOutput,
      because:
        'A listener for a signal holds no process, and there was nothing else to do. A worker that waits for nothing but its end has to hold something: a server, a channel, a timer that is not let go.',
      section: 'What holds a process',
    }),
  ],
});
