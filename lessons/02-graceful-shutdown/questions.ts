import { answerTo, type Question, question, stillRunning, theEnd, theLastLine, theOutput } from '#grader';

/** What a reader of the guide should be able to predict. */
export const questions: readonly Question[] = [
  question('a-request-that-never-ends', {
    prompt:
      'A client waits for an answer that never comes when SIGTERM arrives. Nothing else is sent. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', 'SIGTERM', stillRunning],
    async play(app) {
      await app.ready();
      app.get('/report', { as: 'report' });
      await app.accepted('report');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'It does not end. `close` calls back when the last connection is gone, and this one never goes. A limit is what makes the end of a shutdown certain: without it, the platform sends SIGKILL, which also takes the log line, the flush and the exit code that the program would have had.',
    section: 'Cleanup timeouts and force-kill',
    selfCheck: 2,
  }),

  question('a-limit-that-holds-nobody', {
    prompt:
      'SIGTERM arrives. `closeDatabase` never settles, and the limit is half a second. How does it end?',
    predicts: theEnd,
    choices: ['0', '1', '13', stillRunning],
    async play(app) {
      await app.says('ready');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'With 0, at once, and without a word. A promise holds no process, and the limit was told not to. Nothing was left to wait for, so the loop was empty: a natural end, which hides that the database was never closed. Keep the timer until the last phase is done, or begin with `process.exitCode = 1`.',
    section: 'Cleanup timeouts and force-kill',
  }),

  question('one-more-request', {
    prompt:
      'SIGTERM arrives while "slow" is being answered on a keep-alive connection. Once it is answered, the client sends "next" on the same connection. What comes of "next"?',
    predicts: answerTo('next'),
    choices: ['200', '503', 'ECONNREFUSED', 'ECONNRESET'],
    async play(app, draw) {
      await app.ready();
      const takesMs = draw.lasting(600);
      app.get(`/?ms=${takesMs}`, { as: 'slow', on: 'proxy', takesMs });
      await app.accepted('slow');
      app.signal('SIGTERM');
      await app.says('closing');
      app.stillOpen('slow');
      await app.answered('slow');
      app.get('/?ms=0', { as: 'next', on: 'proxy' });
      await app.answered('next');
    },
    because:
      'It is answered as if nothing had happened. `close` ended what was idle at that moment and refuses newcomers; this connection was busy, and whoever is in may go on asking. A client that never pauses is served for ever, unless an answer carries `Connection: close`.',
    section: 'Connection draining patterns',
  }),

  question('a-silent-connection', {
    prompt:
      'A browser has opened a connection and sent nothing when SIGTERM arrives. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', 'SIGTERM', stillRunning],
    async play(app) {
      await app.ready();
      await app.connect('browser');
      app.get('/', { as: 'first' });
      await app.answered('first');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      'Idle means between two requests, and this connection has not had its first. Before Node 26 neither `close` nor `closeIdleConnections` counts it, and both leave the process to it. A list of sockets that have not asked anything works on every version.',
    section: 'Connection draining patterns',
    differs:
      'Before Node 26 it is still running; from Node 26 on a connection without a request counts as idle, and the process ends with 0.',
  }),

  question('closing-an-upgraded-socket', {
    prompt: 'A client has upgraded its connection when SIGTERM arrives. How does the process end?',
    predicts: theEnd,
    choices: ['0', '1', 'SIGTERM', stillRunning],
    async play(app) {
      await app.ready();
      await app.connect(
        'chat',
        'GET /chat HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: chat\r\n\r\n',
      );
      await app.says('upgraded');
      app.signal('SIGTERM');
      await app.gone();
    },
    because:
      '"All" connections are all that speak HTTP. An upgraded socket was handed to the "upgrade" listener, the server has no hold on it any more, and yet waits for it. Whoever takes such sockets has to keep a list and end them.',
    section: 'Connection draining patterns',
  }),

  question('exit-behind-a-stream', {
    prompt: 'How many orders are in the file when the "exit" listener reads it?',
    predicts: theLastLine,
    choices: ['0', '1', '3'],
    because:
      '`write` hands its text to the stream, and the stream has not even opened its file: that takes turns of the loop, and `process.exit` grants none. `end` with its callback, or `await finished(journal)`, is what tells that all is written.',
    section: 'File handle management',
  }),

  question('closing-twice', {
    prompt: 'What does the program print? Two lines.',
    predicts: theOutput,
    choices: [
      'first: done\nsecond: done',
      'first: done',
      'first: done\nsecond: ERR_SERVER_NOT_RUNNING',
      'first: ERR_SERVER_NOT_RUNNING\nsecond: done',
    ],
    because:
      'A second `close` is an error to its callback, and a rejection where the callback was made a promise. A shutdown that may be started twice meets it at the worst moment, so it needs a guard: the first signal begins it, the others find it begun.',
    section: 'Multi-phase shutdown sequences',
  }),

  question('all-at-once', {
    prompt: 'What does this shutdown print?',
    predicts: theOutput,
    choices: [
      'the queue does not answer',
      'the queue does not answer\norders saved',
      'orders saved\nthe queue does not answer',
      'orders saved\nclean',
    ],
    because:
      '`Promise.all` rejects with the first failure and stops waiting for the others. The exit then cuts off whatever had not ended. Run phases one after the other and catch each by itself, or use `Promise.allSettled` for those that do not need each other.',
    section: 'Multi-phase shutdown sequences',
  }),
];
