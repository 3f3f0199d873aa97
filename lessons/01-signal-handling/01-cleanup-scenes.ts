import { eventLine, exit, exitOf, must, type Scene, scene, startOf, theLines } from '#grader';
import { becauseCodesAreRead, becauseJobsMatter, diesOf, lock } from './claims.ts';

const stopLines = ['stop.requested', 'stop.again', 'job.start', 'job.done'];

/** What is set right at the end, and what only at the next start. */
export const cleanupScenes: readonly Scene[] = [
  scene('an impatient second Ctrl-C', {
    id: 'second-ctrl-c',
    point: 4,
    question: 'Ctrl-C did not end it at once, so it is pressed again, and again. Is the job lost?',
    answer:
      'No. The second signal found that the first was there, said so, and left the stop as it was. With `once` in place of `on`, the second one would have met no listener and killed the process.',
    settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(1_500) }),
    async play(app) {
      await app.says('job.start');
      app.signalGroup('SIGINT');
      await app.says('stop.requested');
      app.notYet('job.done');
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
        because: 'It is what a platform sends when its patience is over, and the kernel when memory is.',
        help: 'Nothing in the program can change this.',
      }),
      must(eventLine('lock.released').neverComes(), {
        because: 'What a clean-up at the end would do is not done after SIGKILL.',
        help: 'No "exit" event comes for a death by signal.',
      }),
      must(eventLine('lock.taken-over', 'next').comesOnce(), {
        because: 'A worker that has to be helped to its feet by hand after each kill is down all night.',
        help: 'Write the owner into the lock, and believe it only while its owner lives.',
      }),
      must(exitOf('next').hasCode(0), {
        because: becauseCodesAreRead,
        help: 'The second life is a normal one.',
      }),
    ],
  }),
];
