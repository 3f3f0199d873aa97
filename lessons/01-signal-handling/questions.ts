import { type Question, question, stillRunning, theEnd, theLastLine, theOutput } from '#grader';

/** What a reader of the guide should be able to predict. */
export const questions: readonly Question[] = [
  question('kill-and-ctrl-c', {
    prompt:
      'First `kill PID` names the parent. Then Ctrl-C is pressed in its terminal. The child has no listener at all. What is the last line?',
    predicts: theLastLine,
    choices: ['SIGINT: SIGINT', 'SIGINT: the child lives', 'SIGTERM: SIGTERM', 'SIGTERM: the child lives'],
    async play(app) {
      await app.sees('ready', {
        text: 'it started no child',
        match: (seen) => (seen.kind === 'line' && seen.text === 'ready' ? true : undefined),
      });
      app.signal('SIGTERM');
      await app.sees('hears SIGTERM', {
        text: 'it did not hear SIGTERM',
        match: (seen) => (seen.kind === 'line' && seen.text.startsWith('SIGTERM:') ? true : undefined),
      });
      app.signalGroup('SIGINT');
      await app.gone();
    },
    because:
      'Both ask for an end, and a listener treats them alike. The difference is who sends them to whom: SIGTERM comes from a program, such as `kill` or a platform, to one process; SIGINT comes from a terminal to its whole foreground group. So the child lived through the first and died of the second.',
    section: 'SIGTERM vs SIGINT vs SIGHUP',
    selfCheck: 1,
  }),

  question('waiting-for-a-signal', {
    prompt: 'Nobody sends a signal. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', '13', stillRunning],
    because:
      'A listener for a signal holds no process, and neither does a promise. The loop was empty at once, the top-level `await` was not settled, and code 13 is what Node has for that. A worker stays because of its work: a server, a timer, an open connection.',
    section: 'Understanding POSIX signals',
  }),

  question('a-listener-that-logs', {
    prompt: 'SIGTERM arrives. How does the process end?',
    predicts: theEnd,
    choices: ['0', '143', 'SIGTERM', stillRunning],
    async play(app) {
      await app.says('ready');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'It does not end. Any listener takes the place of the default action, also one that only writes a line. Whoever listens has taken over the end.',
    section: 'Understanding POSIX signals',
  }),

  question('exit-listener-and-a-signal', {
    prompt: 'SIGTERM arrives. What stands behind the ready line in the output?',
    predicts: theLastLine,
    choices: ['{"event":"ready"}', 'bye, 3', 'bye, 143', 'bye, 0'],
    async play(app) {
      await app.says('ready');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'Nothing: the ready line is the last. The default action belongs to the kernel, which asks no JavaScript: no "exit" event, no code of ours. Who wants the "exit" listeners to run has to listen for the signal and end by himself.',
    section: 'Understanding POSIX signals',
  }),

  question('a-code-that-means-a-signal', {
    prompt: 'SIGTERM (15) arrives. What does a parent in Node see: which exit code, or which signal?',
    predicts: theEnd,
    choices: ['143', 'SIGTERM', '15', '0'],
    async play(app) {
      await app.says('ready');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'Code 143 and no signal: the process has exited by itself. In a shell, `$?` is 143 for this and for a death by SIGTERM; the kernel, and the "exit" event of a child in Node, keep the two apart, and a supervisor may treat them differently.',
    section: 'SIGTERM vs SIGINT vs SIGHUP',
  }),

  question('a-listener-in-a-thread', {
    prompt: 'Only the worker thread listens for SIGTERM, and SIGTERM arrives. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', 'SIGTERM', stillRunning],
    async play(app) {
      await app.says('ready');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'SIGTERM kills it. Signals belong to the process, and Node tells its main thread of them; `process.on` in a worker thread registers for an event that never comes there.',
    section: 'Preventing signal handler conflicts',
  }),

  question('killed-means-sent', {
    prompt: 'The child listens for SIGTERM and stays. What does the parent print?',
    predicts: theOutput,
    choices: ['true null', 'false null', 'true SIGTERM', 'false SIGTERM'],
    because:
      '`killed` says that a signal could be sent, not that the child is dead. Only the "exit" event, or `exitCode` and `signalCode`, tell of its end. A supervisor that believes `killed` leaves stubborn children behind.',
    section: 'Signal propagation in process trees',
  }),

  question('a-rejection-in-a-listener', {
    prompt: 'SIGTERM arrives. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', 'SIGTERM', stillRunning],
    async play(app) {
      await app.says('ready');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'With 1: nobody awaits an async listener, so its rejection is an unhandled one, and that ends the process like any other uncaught error. What came after `save` in the cleanup was never tried.',
    section: 'Preventing signal handler conflicts',
  }),

  question('sigusr1-unheard', {
    prompt: 'SIGUSR1 arrives; the program listens for SIGUSR2 only. How does the process end?',
    predicts: theEnd,
    choices: ['0', 'SIGUSR1', '138', stillRunning],
    // A port of its own, so that it meets no other debugger.
    nodeFlags: ['--inspect-port=0'],
    async play(app) {
      await app.says('ready');
      app.signal('SIGUSR1');
      await app.gone();
    },
    because:
      'It runs on. Node itself listens for SIGUSR1 and opens the debugger, through which anybody who reaches the port may run code in the process. Every other of the usual signals would have killed it.',
    section: 'Handling custom signals (SIGUSR1, SIGUSR2)',
  }),
];
