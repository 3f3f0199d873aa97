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
  lesson,
  moot,
  must,
  program,
  scene,
  signalsTo,
  startOf,
  theLines,
  whatStoppedThePlay,
} from '#grader';

const lock = { LOCK_FILE: 'worker.lock' };

const stopLines = ['stop.requested', 'stop.again', 'job.start', 'job.done'];

/** A death that the program had no say in: no exit code, no last words. */
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

/** One channel carries both lines, so their order is the program's own; the signal was sent before either came. */
const theListenerWaitsForTheBlock: Claim = {
  text: 'the listener runs only when the block is over',
  judge(timeline) {
    const over = eventLines(timeline, { event: 'block.over' })[0];
    const heard = eventLines(timeline, { event: 'stop.requested' })[0];
    const sent = signalsTo(timeline)[0];
    if (!over || !heard || !sent) return moot(whatStoppedThePlay(timeline) ?? 'no signal met a block');
    const order = [sent, over.line, heard.line].map((seen) => timeline.events.indexOf(seen));
    return order.every((place, index) => index === 0 || place > (order[index - 1] as number))
      ? holds
      : broken('the signal, block.over, stop.requested, in this order', 'another order', { evidence: order });
  },
};

const becauseJobsMatter =
  'Half a job is a file half written or a customer charged without a parcel; the end waits for the job in hand.';
const becauseCodesAreRead = 'A supervisor reads how a process ended, and restarts or raises an alarm by it.';

export default lesson({
  title: 'Signal Handling',
  points: [
    'Understanding POSIX signals',
    'SIGTERM vs SIGINT vs SIGHUP',
    'Handling custom signals (SIGUSR1, SIGUSR2)',
    'Signal propagation in process trees',
    'Platform differences (Windows vs Unix)',
    'Preventing signal handler conflicts',
  ],
  objectives: [],
  readingMinutes: 30,
  exercises: [],
  examples: [
    example('01-signal-basics', {
      title: 'A worker that signals stop, reload and ask',
      points: [
        'Handling SIGTERM and SIGINT',
        'Signal handler registration',
        'Platform-specific handling',
        'Signal cleanup patterns',
      ],
      requests: [],
      scenes: [
        scene('SIGTERM in the middle of a job', {
          id: 'sigterm-in-a-job',
          point: 1,
          question: 'A deploy sends SIGTERM while a job is half done. What becomes of the job?',
          answer:
            'The listener only noted the wish. The job ended, no further one began, and the process ended by itself with code 0.',
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(300) }),
          async play(app) {
            await app.says('job.start');
            app.signal('SIGTERM');
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
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(200) }),
          async play(app) {
            await app.says('job.start');
            app.signalGroup('SIGINT');
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
                because:
                  'A deploy and a Ctrl-C are different stories, and the log is where they are told apart.',
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
              because:
                'A program that cannot be stopped while it starts is killed, in the middle of its start.',
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
          settings: (draw) => ({ ...lock, JOB_MS: 50, BLOCK_MS: draw.lasting(600) }),
          async play(app) {
            await app.says('job.start');
            app.signal('SIGTERM');
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
              because:
                'A wrong setting found at the start costs a deploy; found at night, it costs the night.',
              help: 'Let the start fail when a setting cannot be honoured.',
            }),
          ],
        }),

        scene('SIGHUP to a daemon', {
          id: 'sighup-reloads',
          point: 3,
          question:
            'SIGHUP once meant that the line to the terminal was lost. What does it mean to a daemon?',
          answer:
            'Read your settings again. A daemon has no terminal to lose, so the signal was free for that. On Windows it is the console being closed, and there the worker listens for it as for a stop.',
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(200) }),
          async play(app) {
            await app.says('job.start');
            app.signal('SIGHUP');
            await app.says('reloaded');
            await app.says('job.done', { afterMs: app.setting('JOB_MS') });
          },
          expect: [
            must(eventLine('reloaded').comesOnce(), {
              because: 'A reload that needs no restart drops nobody.',
              help: 'Without a listener SIGHUP kills, like SIGTERM.',
            }),
            must(eventLine('stop.requested').neverComes(), {
              because: 'Log rotation sends SIGHUP every night; it must not be a restart.',
              help: 'Give the signal a listener of its own.',
            }),
          ],
        }),

        scene('SIGUSR2, asked for and not asked for', {
          id: 'sigusr2-status',
          point: 3,
          question: 'What does the worker do when it is asked for its status in the middle of a job?',
          answer:
            'It said how far it was, and went on. SIGUSR2 has no meaning of its own, so a program may give it one.',
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(200) }),
          async play(app) {
            await app.says('job.start');
            app.signal('SIGUSR2');
            await app.says('status');
            await app.says('job.done', { afterMs: app.setting('JOB_MS') });
          },
          expect: [
            must(eventLine('status').comesOnce(), {
              because: 'A process that can be asked where it is need not be killed to find out.',
              help: 'SIGUSR2 is free for this; SIGUSR1 is not.',
            }),
            must(eventLine('job.done').comes(), {
              because: 'A question must not cost the work that it asks about.',
              help: 'Answer from what is known, and return.',
            }),
          ],
        }),

        scene('SIGUSR2 where nobody listens', {
          id: 'sigusr2-without-a-listener',
          point: 3,
          question:
            'The same signal, and this worker was started without its listener (STATUS_SIGNAL is empty). What happens?',
          answer:
            'It was killed on the spot: no exit code, no "exit" event, the job and the lock left as they were. The default action of most signals is death.',
          settings: (draw) => ({ ...lock, STATUS_SIGNAL: '', JOB_MS: draw.lasting(400) }),
          async play(app) {
            await app.says('job.start');
            app.signal('SIGUSR2');
            await app.gone();
          },
          expect: [
            must(diesOf('SIGUSR2'), {
              because: 'Asking the one instance that was started without the listener ends it.',
              help: 'Check that a process listens before you signal it: /proc/PID/status, SigCgt.',
            }),
            must(eventLine('lock.released').neverComes(), {
              because: 'A death by signal skips every clean-up that the program has.',
              help: 'What must be set right is set right at the next start.',
            }),
          ],
        }),

        scene('SIGUSR1, which Node keeps for itself', {
          id: 'sigusr1-opens-the-debugger',
          point: 3,
          question: 'The worker does not listen for SIGUSR1 either. Does it die of it?',
          answer:
            'No: Node opened its debugger. Whoever may signal the process, or reach that port, may from now on run any code in it, so production closes the port off or disables the signal (--disable-sigusr1, from Node 22.14).',
          // A port of its own, so that the scene meets no other debugger.
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(200), NODE_OPTIONS: '--inspect-port=0' }),
          async play(app) {
            await app.says('job.start');
            app.signal('SIGUSR1');
            await app.sees('opens its debugger', {
              text: 'it opened no debugger',
              match: (seen) =>
                seen.kind === 'line' && seen.stream === 'stderr' && seen.text.includes('ws://')
                  ? true
                  : undefined,
            });
            await app.says('job.done', { afterMs: app.setting('JOB_MS') });
          },
          expect: [
            must(program.keepsRunning(), {
              because: 'A debugger that opens without a word is a door that nobody remembers to close.',
              help: 'Take SIGUSR2 for your own uses.',
            }),
            must(eventLine('job.done').comes(), {
              because: 'The work goes on with the debugger open, which is why it goes unnoticed.',
              help: 'Watch stderr for "Debugger listening".',
            }),
          ],
        }),

        scene('an impatient second Ctrl-C', {
          id: 'second-ctrl-c',
          point: 4,
          question: 'Ctrl-C did not end it at once, so it is pressed again, and again. Is the job lost?',
          answer:
            'No. The second signal found that the first was there, said so, and left the stop as it was. With `once` in place of `on`, the second one would have met no listener and killed the process.',
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(500) }),
          async play(app) {
            await app.says('job.start');
            app.signalGroup('SIGINT');
            await app.says('stop.requested');
            app.signalGroup('SIGINT');
            await app.says('stop.again');
            app.signal('SIGTERM');
            await app.gone({ afterMs: app.setting('JOB_MS') });
          },
          expect: [
            must(eventLine('stop.requested').comesOnce(), {
              because:
                'Two stops at once close the same things twice, and the second fails on what the first closed.',
              help: 'Keep the first wish where every later one can see it.',
            }),
            must(theLines({ event: 'stop.again' }, { event: 'job.done', where: { job: 1 } }).comeInOrder(), {
              because: becauseJobsMatter,
              help: 'Keep the listeners until the process ends.',
            }),
            must(eventLine('stopped').isTheLastOf(stopLines), {
              because: 'Whoever reads "stopped" believes that nothing is left to do.',
              help: 'Say it when the work has ended.',
            }),
            must(exit.hasCode(0), {
              because: 'However often it was asked, it ended cleanly, and its code has to say so.',
              help: 'The signals after the first have nothing left to do.',
            }),
          ],
        }),

        scene('a fault instead of a signal', {
          id: 'fault-in-a-job',
          point: 4,
          question: 'Nobody sends a signal: the job throws. Is the lock released, and what is the exit code?',
          answer:
            'Released, and 1. An uncaught error still runs the "exit" listeners, where only what is synchronous is done; taking a file away is.',
          settings: () => ({ ...lock, JOB_MS: 50, JOB_FAILS: '1' }),
          async play(app) {
            await app.gone();
          },
          expect: [
            must(eventLine('lock.released').comes(), {
              because: 'A lock that outlives its owner keeps the next one from starting.',
              help: 'process.on("exit") is the one place that a fault and a normal end have in common.',
            }),
            must(exit.hasCode(1), {
              because: becauseCodesAreRead,
              help: 'Let the error go through: Node prints it and ends with code 1.',
            }),
          ],
        }),

        scene('SIGKILL, and the next start', {
          id: 'sigkill-and-the-next-start',
          point: 4,
          question: 'SIGKILL gives no chance to clean up, so the lock stays. Can the next worker start?',
          answer:
            'Yes. It found a lock whose owner was not alive, and took it over. A clean-up at the end is a courtesy; the one at the start is what can be relied upon.',
          settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(300) }),
          async play(app, _draw, stage) {
            await app.says('job.start');
            app.signal('SIGKILL');
            await app.gone();
            const file = startOf(stage.log.timeline(0))?.file as string;
            const next = stage.start({ app: 'next', file, settings: { ...lock, JOB_MS: '50' } });
            await next.says('job.start');
            next.signal('SIGTERM');
            await next.gone();
          },
          expect: [
            must(diesOf('SIGKILL'), {
              because:
                'It is what a platform sends when its patience is over, and the kernel when memory is.',
              help: 'Nothing in the program can change this.',
            }),
            must(eventLine('lock.released').neverComes(), {
              because: 'What a clean-up at the end would do is not done after SIGKILL.',
              help: 'No "exit" event comes for a death by signal.',
            }),
            must(eventLine('lock.taken-over', 'next').comesOnce(), {
              because:
                'A worker that has to be helped to its feet by hand after each kill is down all night.',
              help: 'Write the owner into the lock, and believe it only while its owner lives.',
            }),
            must(exitOf('next').hasCode(0), {
              because: becauseCodesAreRead,
              help: 'The second life is a normal one.',
            }),
          ],
        }),
      ],
    }),
  ],
  pitfalls: [],
  questions: [],
});
