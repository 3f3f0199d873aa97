import { eventLine, exit, must, program, type Scene, scene } from '#grader';
import { diesOf, lock, theListenerWaitsForSigcont } from './claims.ts';

/** The signals that do not ask for an end, and those that nobody can listen for. */
export const otherSignalScenes: readonly Scene[] = [
  scene('SIGHUP to a daemon', {
    id: 'sighup-reloads',
    point: 3,
    question: 'SIGHUP once meant that the line to the terminal was lost. What does it mean to a daemon?',
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
          seen.kind === 'line' && seen.stream === 'stderr' && seen.text.includes('ws://') ? true : undefined,
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

  scene('SIGSTOP, and what waits behind it', {
    id: 'sigstop-and-sigcont',
    point: 3,
    question: 'SIGSTOP freezes the worker, and then SIGTERM arrives. What does the worker do?',
    answer:
      'Nothing, until SIGCONT came: a stopped process runs no listener, and SIGTERM waited for it. Node tells of neither SIGSTOP nor the pause; only SIGKILL ends a process that is stopped.',
    settings: (draw) => ({ ...lock, JOB_MS: draw.lasting(200) }),
    async play(app) {
      await app.says('job.start');
      app.signal('SIGSTOP');
      await app.tree.untilStopped(app.pid);
      app.signal('SIGTERM');
      // Longer than a worker that still ran would have needed for its job.
      await app.leftAlone({ forMs: app.setting('JOB_MS') * 2 });
      app.signal('SIGCONT');
      await app.gone({ afterMs: app.setting('JOB_MS') });
    },
    expect: [
      must(theListenerWaitsForSigcont, {
        because: 'A stopped process looks alive to whoever only asks whether it exists, and answers nobody.',
        help: 'State T in `ps` is a stopped process; SIGCONT wakes it.',
      }),
      must(exit.hasCode(0), {
        because: 'What was asked of it while it was stopped is not lost.',
        help: 'The signal waits in the kernel, like one that meets a block.',
      }),
    ],
  }),
];
