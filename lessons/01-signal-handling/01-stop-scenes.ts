import { eventLine, exit, must, type Scene, scene, theLines } from '#grader';
import { becauseCodesAreRead, becauseJobsMatter, lock, theListenerWaitsForTheBlock } from './claims.ts';

/** SIGTERM and Ctrl-C, and when a listener runs at all. */
export const stopScenes: readonly Scene[] = [
  scene('SIGTERM in the middle of a job', {
    id: 'sigterm-in-a-job',
    point: 1,
    question: 'A deploy sends SIGTERM while a job is half done. What becomes of the job?',
    answer:
      'The listener only noted the wish. The job ended, no further one began, and the process ended by itself with code 0.',
    settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(800) }),
    async play(app) {
      await app.says('job.start');
      app.signal('SIGTERM');
      await app.says('stop.requested');
      app.notYet('job.done');
      await app.gone({ afterMs: app.setting('JOB_MS') });
    },
    expect: [
      must(
        theLines(
          { event: 'stop.requested', where: { signal: 'SIGTERM' } },
          { event: 'job.done', where: { job: 1 } },
          { event: 'stopped' },
          { event: 'lock.released' },
        ).comeInOrder(),
        {
          because: becauseJobsMatter,
          help: 'A listener notes what is wanted; the work asks for the note where it can stop.',
        },
      ),
      must(exit.hasCode(0), {
        because: becauseCodesAreRead,
        help: 'A process whose loop is empty ends with code 0, and with all its output written.',
      }),
    ],
  }),

  scene('Ctrl-C, which reaches the whole group', {
    id: 'ctrl-c',
    point: 1,
    question:
      'A terminal sends SIGINT to every process of the foreground group, not to one. Does this worker treat it differently from SIGTERM?',
    answer:
      'No. Both ask for the same thing, so both have the same listener; it is called with the name of its signal, which is all that the log needs.',
    settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(800) }),
    async play(app) {
      await app.says('job.start');
      app.signalGroup('SIGINT');
      await app.says('stop.requested');
      app.notYet('job.done');
      await app.gone({ afterMs: app.setting('JOB_MS') });
    },
    expect: [
      must(
        theLines(
          { event: 'stop.requested' },
          { event: 'job.done', where: { job: 1 } },
          { event: 'stopped' },
        ).comeInOrder(),
        { because: becauseJobsMatter, help: 'The same listener, and so the same end.' },
      ),
      must(
        eventLine('stop.requested').has('signal', 'SIGINT', (value) => value === 'SIGINT'),
        {
          because: 'A deploy and a Ctrl-C are different stories, and the log is where they are told apart.',
          help: 'A listener is called with the name of its signal.',
        },
      ),
      must(exit.hasCode(0), {
        because: becauseCodesAreRead,
        help: 'One listener for both signals cannot end in two ways.',
      }),
    ],
  }),

  scene('a signal while the program still starts', {
    id: 'signal-while-starting',
    point: 2,
    question:
      'The worker needs 45 seconds to start, and the deploy is rolled back at once. How long until it is gone?',
    answer:
      'It was gone at once, and never said that it was ready. The listeners came before the slow part, and the wait asks for the stop.',
    settings: () => ({ ...lock, START_MS: 45_000 }),
    async play(app) {
      await app.says('listening');
      await app.idle();
      app.signal('SIGTERM');
      await app.gone();
    },
    expect: [
      must(eventLine('ready').neverComes(), {
        because: 'Whoever reads "ready" sends work.',
        help: 'After the slow part, ask whether the start is still wanted.',
      }),
      must(exit.hasCode(0), {
        because: 'A program that cannot be stopped while it starts is killed, in the middle of its start.',
        help: 'Register the listeners before anything that takes time.',
      }),
    ],
  }),

  scene('a signal in the middle of a block', {
    id: 'signal-in-a-block',
    point: 2,
    question: 'A job holds the event loop, and SIGTERM arrives. When does the listener run?',
    answer:
      'When the block was over, and not a moment before. The system delivered the signal at once; the listener is JavaScript, and waits for the loop like everything else.',
    settings: (draw) => ({ ...lock, JOB_MS: 50, BLOCK_MS: draw.lasting(1_000) }),
    async play(app) {
      await app.says('job.start');
      app.signal('SIGTERM');
      app.notYet('block.over');
      await app.gone({ afterMs: app.setting('BLOCK_MS') });
    },
    expect: [
      must(theListenerWaitsForTheBlock, {
        because:
          'A service that blocks for longer than the platform is patient is killed with a listener that never ran.',
        help: 'Cut long work into pieces, or move it to a worker thread.',
      }),
      must(exit.hasCode(0), {
        because: becauseCodesAreRead,
        help: 'Late is not lost: the signal waits.',
      }),
    ],
  }),

  scene('a listener for SIGKILL', {
    id: 'listener-for-sigkill',
    point: 2,
    question: 'STATUS_SIGNAL=SIGKILL asks the worker to listen for SIGKILL. What does the system say?',
    answer:
      'EINVAL, at the registration. SIGKILL and SIGSTOP belong to the kernel: no program is told of them, and none can refuse them.',
    settings: () => ({ ...lock, STATUS_SIGNAL: 'SIGKILL' }),
    async play(app) {
      await app.gone();
    },
    expect: [
      must(
        eventLine('signal.refused').has('code', 'EINVAL', (value) => value === 'EINVAL'),
        {
          because: 'A clean-up that counts on being told of SIGKILL never runs.',
          help: 'What must survive SIGKILL is set right at the next start.',
        },
      ),
      must(exit.hasCode(1), {
        because: 'A wrong setting found at the start costs a deploy; found at night, it costs the night.',
        help: 'Let the start fail when a setting cannot be honoured.',
      }),
    ],
  }),
];
