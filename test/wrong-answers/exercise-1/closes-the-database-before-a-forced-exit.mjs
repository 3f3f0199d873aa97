// mistake: At the limit it says that it was forced, and then waits for the database to close before it ends.
// breaks: forces-the-exit-at-the-limit
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

function decide(state2, happening) {
  switch (happening.what) {
    case 'connected':
      return state2.stage === 'starting' ? [state2, { act: 'listen' }] : [state2];
    case 'listening':
      return state2.stage === 'starting'
        ? [{ ...state2, stage: 'serving' }, say('ready', { port: happening.port })]
        : [state2, { act: 'stop-listening' }];
    case 'request':
      return [{ ...state2, unanswered: state2.unanswered + 1 }];
    case 'answered':
      return cleanUpWhenDrained({ ...state2, unanswered: state2.unanswered - 1 });
    case 'signal':
      return state2.stage === 'starting' || state2.stage === 'serving'
        ? beginShutdown(state2, happening.signal)
        : [state2];
    case 'closed':
      return end(state2, say('shutdown.complete'), 0);
    case 'failed':
      return end(state2, say('shutdown.error', { message: happening.message }), 1);
    case 'limit':
      return state2.stage === 'over'
        ? [state2]
        : [{ ...state2, stage: 'over' }, say('shutdown.forced'), { act: 'exit-slowly', code: 1 }];
  }
}
function beginShutdown(state2, signal) {
  const [next, ...deeds] = cleanUpWhenDrained({ ...state2, stage: 'draining' });
  return [
    next,
    say('shutdown.start', { signal }),
    { act: 'start-limit' },
    say('shutdown.phase', { phase: 'stop-accepting' }),
    { act: 'stop-listening' },
    say('shutdown.phase', { phase: 'drain' }),
    { act: 'announce-close' },
    ...deeds,
  ];
}
function cleanUpWhenDrained(state2) {
  if (state2.stage !== 'draining' || state2.unanswered > 0) return [state2];
  return [
    { ...state2, stage: 'cleaning' },
    { act: 'drop-connections' },
    say('shutdown.phase', { phase: 'cleanup' }),
    { act: 'close-database' },
  ];
}
function end(state2, lastLine, code) {
  return state2.stage === 'over' ? [state2] : [{ ...state2, stage: 'over' }, lastLine, { act: 'exit', code }];
}
function say(event, fields = {}) {
  return { act: 'print', event, fields };
}
const settings = {
  port: Number(process.env.PORT ?? 3e3),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 1e4),
  startDelayMs: Number(process.env.START_DELAY_MS ?? 0),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? 50),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};
function print(event, fields = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}
const database = {
  isOpen: false,
  async connect() {
    await wait(settings.startDelayMs);
    database.isOpen = true;
  },
  async query(id) {
    if (!database.isOpen) throw new Error('The database is closed.');
    return { id, rows: 1 };
  },
  async close() {
    database.isOpen = false;
    await wait(settings.dbCloseMs);
    if (settings.dbCloseFails) throw new Error('The database did not confirm that it closed.');
    print('db.closed');
  },
};
const answer = async (request, response) => {
  const [path, search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);
  const reply = (status, body) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  if (path === '/') return reply(200, { service: 'up' });
  if (path === '/hang') return;
  if (path !== '/slow') return reply(404, { error: 'There is no such page.' });
  const id = query.get('id') ?? '';
  await wait(Number(query.get('ms') ?? 0));
  try {
    reply(200, await database.query(id));
  } catch (error) {
    reply(500, { id, error: String(error) });
  }
};
const server = createServer();
const responses = new Set();
let closesAfterAnswer = false;
let state = { stage: 'starting', unanswered: 0 };
function report(happening) {
  const [next, ...deeds] = decide(state, happening);
  state = next;
  for (const deed of deeds) perform(deed);
}
function perform(deed) {
  if (deed.act === 'print') print(deed.event, deed.fields);
  else if (deed.act === 'exit') exit(deed.code);
  else if (deed.act === 'exit-slowly')
    database
      .close()
      .catch(() => {})
      .then(() => exit(1));
  else plainDeeds[deed.act]();
}
const plainDeeds = {
  listen,
  'start-limit': () => setTimeout(() => report({ what: 'limit' }), settings.shutdownTimeoutMs),
  'stop-listening': () => server.close(),
  'announce-close': announceClose,
  'drop-connections': () => server.closeAllConnections(),
  'close-database': closeDatabase,
};
function listen() {
  server.listen(settings.port, '127.0.0.1', () => {
    const address = server.address();
    report({ what: 'listening', port: typeof address === 'object' ? address?.port : undefined });
  });
}
function announceClose() {
  closesAfterAnswer = true;
  const lastOfEach = new Map([...responses].map((response) => [response.req.socket, response]));
  for (const response of lastOfEach.values()) sayClose(response);
}
function sayClose(response) {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
function closeDatabase() {
  database.close().then(
    () => report({ what: 'closed' }),
    (error) => report({ what: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
}
function exit(code) {
  process.stdout.write('', () => process.exit(code));
  setTimeout(() => process.exit(code), 250);
}
server.on('request', (_request, response) => {
  responses.add(response);
  if (closesAfterAnswer) sayClose(response);
  report({ what: 'request' });
  response.once('close', () => {
    responses.delete(response);
    report({ what: 'answered' });
  });
});
server.on('request', answer);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => report({ what: 'signal', signal }));
}
print('starting');
database.connect().then(() => report({ what: 'connected' }));
