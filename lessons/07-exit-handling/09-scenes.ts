import {
  broken,
  type Claim,
  describeEnd,
  endOf,
  eventLine,
  eventLines,
  example,
  exit,
  exitOf,
  holds,
  moot,
  must,
  scene,
  startOf,
  theLines,
  whatStoppedThePlay,
} from '#grader';

const released = (step: string) => ({ event: 'released', where: { step } });
const cleanedUp = [released('file'), released('source'), released('marker')];

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

const comesTwice = (event: string): Claim => ({
  text: `the program prints "${event}" twice`,
  judge(timeline) {
    const lines = eventLines(timeline, { event });
    if (lines.length === 2) return holds;
    const stopped = whatStoppedThePlay(timeline);
    return stopped === undefined ? broken(`two lines "${event}"`, `${lines.length} of them`) : moot(stopped);
  },
});

/** What the next run found of the last one's half-written file. */
const nextFindsTheFile = (there: boolean): Claim =>
  eventLine('last-run.unclean', 'next').has('unfinished', String(there), (value) => value === there);

const becauseCodesAreActedOn =
  'A scheduler sees one number. It runs the job again, waits, or wakes somebody by that number alone.';
const becauseOfTheOrder =
  'What was opened last may need what was opened before it: a file is closed before the connection that fills it.';

const quick = { ROW_MS: 20 };
const noLimitInSight = { CLEANUP_MS: 60_000 };

export const exitHandling = example('09-exit-handling', {
  title: 'A nightly export whose exit code tells what to do',
  points: [
    'Exit codes that a scheduler can act on',
    'Cleanup in one place, in reverse order',
    'beforeExit, exit, and the order of their listeners',
    'Ends that come too early or too late',
  ],
  requests: [],
  scenes: [
    scene('a run that goes well', {
      id: 'goes-well',
      point: 1,
      question: 'The program never calls process.exit. Who ends it, and with which code?',
      answer:
        'Nobody ends it: the loop was empty, so Node ended the process with the code that process.exitCode had been set to, and with all output written.',
      settings: () => ({ ...quick, ...noLimitInSight }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(
          theLines(
            { event: 'published' },
            ...cleanedUp,
            { event: 'loop.empty' },
            { event: 'exit' },
          ).comeInOrder(),
          {
            because: 'A code that is set before the cleanup is done promises what may still fail.',
            help: 'Set process.exitCode last, and let the loop run dry.',
          },
        ),
        must(exit.hasCode(0), {
          because: becauseCodesAreActedOn,
          help: 'Set process.exitCode, and return.',
        }),
      ],
    }),

    scene('a setting that no run can succeed with', {
      id: 'bad-settings',
      point: 1,
      question: 'ROWS=many is no number. What has the run touched when it says so, and what is its code?',
      answer:
        'Nothing, and 78. The settings are checked before anything is opened, and the code says that running it again is of no use until somebody changes them.',
      settings: () => ({ ...quick, ROWS: 'many' }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(eventLine('started').neverComes(), {
          because: 'What is found out before the first side effect needs no cleanup.',
          help: 'Check settings before anything is opened.',
        }),
        must(exit.hasCode(78), {
          because: 'A scheduler that takes it for a passing trouble runs it again all night.',
          help: 'Give what cannot mend itself a code of its own.',
        }),
      ],
    }),

    scene('a source that is down today', {
      id: 'try-again',
      point: 1,
      question:
        'The source refuses connections, which is no fault of this program. Does the run end with 1, like any error?',
      answer:
        'With 75: try again later. The code 1 belongs to what nobody foresaw, because Node itself ends with 1 for every uncaught error.',
      settings: () => ({ ...quick, SOURCE: 'is-down' }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(
          eventLine('failed').has('code', '75', (value) => value === 75),
          {
            because: 'Whoever reads the log and whoever reads the code should read the same.',
            help: 'Write the code into the last line.',
          },
        ),
        must(exit.hasCode(75), {
          because: becauseCodesAreActedOn,
          help: 'Decide by kind of failure, in one table that the documentation repeats.',
        }),
      ],
    }),

    scene('a failure in the middle', {
      id: 'fails-in-the-middle',
      point: 2,
      question: 'Row 2 is rubbish. Three things are open by then: in which order are they released?',
      answer:
        'In the reverse order of their opening: file, source, marker. The half-written file never got its real name, so no reader has seen it.',
      settings: () => ({ ...quick, ...noLimitInSight, SOURCE: 'sends-rubbish' }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(theLines({ event: 'failed' }, ...cleanedUp, { event: 'exit' }).comeInOrder(), {
          because: becauseOfTheOrder,
          help: 'Keep the releases on a stack, and register each right after its thing was opened.',
        }),
        must(eventLine('published').neverComes(), {
          because: 'Half a file under its real name is read as a whole one.',
          help: 'Write under another name, and rename at the end.',
        }),
        must(exit.hasCode(65), {
          because: 'The input will be as bad in an hour, so running it again only hides it.',
          help: 'Tell bad input from a source that is down.',
        }),
      ],
    }),

    scene('SIGTERM in the middle', {
      id: 'sigterm-in-the-middle',
      point: 2,
      question: 'SIGTERM arrives between two rows. Is there a second cleanup for that way out?',
      answer:
        'No, the same one. The listener only aborted the work, which then failed like any other and went out by the same door. The code is 143, as a shell reports a death by SIGTERM (128 + 15).',
      settings: (draw) => ({ ...noLimitInSight, ROWS: 100, ROW_MS: draw.lasting(300) }),
      async play(app) {
        await app.says('row');
        app.signal('SIGTERM');
        await app.gone();
      },
      expect: [
        must(theLines(...cleanedUp, { event: 'exit' }).comeInOrder(), {
          because: 'Two cleanups differ sooner or later, and the one that is rarely used is the wrong one.',
          help: 'Let a signal abort the work, and the end of the work clean up.',
        }),
        must(exit.hasCode(143), {
          because: 'A run that was stopped is neither done nor at fault.',
          help: 'Use 128 + the number of the signal where a program ends because of it.',
        }),
      ],
    }),

    scene('a release that fails', {
      id: 'release-fails',
      point: 2,
      question: 'The export is published; then the source refuses to close. What becomes of the marker?',
      answer:
        'It was released all the same: each release is tried by itself. The code is 1, because an end that was not clean is no 0.',
      settings: () => ({ ...quick, ...noLimitInSight, CLOSING: 'fails' }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(
          theLines(
            { event: 'published' },
            released('file'),
            { event: 'release.failed', where: { step: 'source' } },
            released('marker'),
          ).comeInOrder(),
          {
            because: 'One release that throws would leave everything below it on the stack open.',
            help: 'Catch each release by itself.',
          },
        ),
        must(exit.hasCode(1), {
          because: becauseCodesAreActedOn,
          help: 'Let the verdict wait for the cleanup.',
        }),
      ],
    }),

    scene('a release that never ends', {
      id: 'release-hangs',
      point: 2,
      question: 'Closing the source never settles. How long does the process wait?',
      answer:
        'Until the limit, and then it said so and left with 1. The marker stayed, so the next run can tell that this one was not clean.',
      settings: (draw) => ({ ...quick, CLEANUP_MS: draw.lasting(400), CLOSING: 'hangs' }),
      async play(app) {
        await app.gone({ afterMs: app.setting('CLEANUP_MS') });
      },
      expect: [
        must(theLines({ event: 'published' }, { event: 'gave-up' }, { event: 'exit' }).comeInOrder(), {
          because: 'A job that hangs at its end blocks the next night as well.',
          help: 'Give the cleanup one limit, and leave when its line is written.',
        }),
        must(exit.hasCode(1), {
          because: 'A forced end that says 0 is never looked into.',
          help: 'Pass the code to process.exit.',
        }),
      ],
    }),

    scene('an error that nobody caught', {
      id: 'uncaught',
      point: 3,
      question:
        'A timer throws. Which of the three come: beforeExit, the asynchronous cleanup, the exit listeners?',
      answer:
        'Only the exit listeners. They took the half-written file away, which is synchronous; the marker stayed, and the next run saw that it follows an unclean one.',
      settings: (draw) => ({ ...noLimitInSight, ROW_MS: draw.lasting(200), SOURCE: 'throws-later' }),
      async play(app, _draw, stage) {
        await app.gone({ afterMs: 2 * app.setting('ROW_MS') });
        const file = startOf(stage.log.timeline(0))?.file as string;
        const next = stage.start({ app: 'next', file, settings: { ROW_MS: '20' } });
        await next.gone();
      },
      expect: [
        must(eventLine('loop.empty').neverComes(), {
          because: 'A cleanup in beforeExit is skipped by exactly the ends that need it.',
          help: 'beforeExit means an empty loop. A crash and process.exit leave none.',
        }),
        must(eventLine('released').neverComes(), {
          because: 'A promise that is begun in a dying process is not waited for.',
          help: 'In the exit event only what is synchronous is done.',
        }),
        must(nextFindsTheFile(false), {
          because: 'A synchronous removal in an exit listener is done also after a crash.',
          help: 'rmSync and writeSync work there; fs.promises does not.',
        }),
        must(exit.hasCode(1), {
          because: becauseCodesAreActedOn,
          help: 'Let the error go through: Node prints it and ends with 1.',
        }),
      ],
    }),

    scene('a library that calls process.exit(0)', {
      id: 'library-exits',
      point: 3,
      question:
        'In the middle of the export a library calls process.exit(0). What does the scheduler get to see?',
      answer:
        '70. The last exit listener was called with code 0, found that the export had no verdict, and set another code. Listeners run in the order of their registration, so the one that decides is registered last.',
      settings: () => ({ ...quick, ...noLimitInSight, SOURCE: 'calls-exit' }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(
          eventLine('exit').has(
            'code',
            '0, and becomes 70',
            (code, { becomes }) => code === 0 && becomes === 70,
          ),
          {
            because: 'A 0 that nobody has earned is the worst of all codes: the night looks fine.',
            help: 'Compare the code with what the program knows, in the exit event.',
          },
        ),
        must(exit.hasCode(70), {
          because: becauseCodesAreActedOn,
          help: 'Assigning process.exitCode in an exit listener changes the code.',
        }),
      ],
    }),

    scene('SIGKILL, and the next run', {
      id: 'sigkill-and-the-next-run',
      point: 3,
      question: 'SIGKILL comes between two rows. Which exit listener runs, and who takes the file away?',
      answer:
        'None, and nobody: file and marker stayed. The next run found them, said so, and wrote the file anew. What must hold after SIGKILL is done at the next start.',
      settings: (draw) => ({ ...noLimitInSight, ROWS: 100, ROW_MS: draw.lasting(300) }),
      async play(app, _draw, stage) {
        await app.says('row');
        app.signal('SIGKILL');
        await app.gone();
        const file = startOf(stage.log.timeline(0))?.file as string;
        const next = stage.start({ app: 'next', file, settings: { ROW_MS: '20' } });
        await next.gone();
      },
      expect: [
        must(diesOf('SIGKILL'), {
          because: 'The kernel sends it when memory is short, and a platform when its patience is over.',
          help: 'No code of the program has a say in it.',
        }),
        must(eventLine('exit').neverComes(), {
          because: 'A death by signal runs no exit listener; SIGTERM without a listener is one as well.',
          help: 'Count on the next start, not on last words.',
        }),
        must(nextFindsTheFile(true), {
          because: 'What is left behind has to be recognised as such.',
          help: 'Leave a marker that only a clean end takes away.',
        }),
        must(exitOf('next').hasCode(0), {
          because: 'A job that has to be cleaned up after by hand fails again the next night.',
          help: 'Let the start cope with what a killed run has left.',
        }),
      ],
    }),

    scene('a promise that nobody will settle', {
      id: 'hung-promise',
      point: 4,
      question: 'The export awaits a promise that nothing will ever settle. Does the process hang?',
      answer:
        'No, it ended at once: a promise holds no process, and the loop was empty. Without the beforeExit listener the code would have been 0. The listener saw that there was no verdict, and began the cleanup; so the loop went on, and ran empty a second time.',
      settings: () => ({ ...quick, ...noLimitInSight, SOURCE: 'goes-silent' }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(comesTwice('loop.empty'), {
          because: 'beforeExit is the last moment at which asynchronous work can still be begun.',
          help: 'It comes again whenever the loop runs empty again, so do the work only once.',
        }),
        must(theLines({ event: 'loop.empty' }, ...cleanedUp, { event: 'exit' }).comeInOrder(), {
          because: 'The cleanup is owed for this way out as well.',
          help: 'Call the same cleanup from beforeExit where the work has no verdict.',
        }),
        must(exit.hasCode(70), {
          because: 'Half an export with code 0 is found when somebody misses the rows.',
          help: 'Keep a verdict that only the end of the work sets.',
        }),
      ],
    }),

    scene('a heartbeat every minute', {
      id: 'heartbeat-holds-nobody',
      point: 4,
      question: 'A timer fires each minute for as long as the process lives. How long does it live?',
      answer:
        'As long as the export. The timer is let go with unref, so it does not count when Node asks whether anything is left to do.',
      settings: () => ({ ...quick, ...noLimitInSight, HEARTBEAT_MS: 60_000 }),
      async play(app) {
        await app.gone();
      },
      expect: [
        must(eventLine('heartbeat').neverComes(), {
          because: 'A timer that is only there to report must not be what keeps the process.',
          help: 'unref what serves the work and is not the work.',
        }),
        must(exit.hasCode(0), {
          because: 'A run that is done and does not end is killed, and counts as failed.',
          help: 'unref what serves the work and is not the work.',
        }),
      ],
    }),
  ],
});
