// mistake: The guard is set a turn after the signal, so two different signals in the same turn start the shutdown twice.
// breaks: repeated-signals
import { once } from 'node:events';
import { createServer } from 'node:http';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

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
  /** Rejects as soon as `signal` aborts, so that a program that is stopped early need not wait for it. */
  async connect(signal) {
    await wait(settings.startDelayMs, undefined, { signal });
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
const stopping = new AbortController();
const unanswered = new Set();
const server = createServer();
server.on('request', (_request, response) => {
  unanswered.add(response);
  response.once('close', () => unanswered.delete(response));
  if (stopping.signal.aborted) isTheLastOfItsConnection(response);
});
server.on('request', answer);
function isTheLastOfItsConnection(response) {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
function lastAnswerOfEachConnection() {
  return new Map([...unanswered].map((response) => [response.req.socket, response])).values();
}
async function untilAllAreAnswered() {
  for (const response of unanswered) {
    await new Promise((resolve) => response.once('close', resolve));
  }
}
function close() {
  return new Promise((resolve) => server.close(() => resolve()));
}
let limit;
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(name, () => {
    if (stopping.signal.aborted) return;
    setImmediate(() => {
      print('shutdown.start', { signal: name });
      limit = setTimeout(giveUp, settings.shutdownTimeoutMs);
      process.exitCode = 1;
      stopping.abort();
    });
  });
}
function giveUp() {
  print('shutdown.forced');
  process.stdout.write('', () => process.exit(1));
  setTimeout(() => process.exit(1), 250);
}
async function serve() {
  await database.connect(stopping.signal);
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  if (stopping.signal.aborted) return;
  const address = server.address();
  if (typeof address === 'object') print('ready', { port: address?.port });
  await once(stopping.signal, 'abort');
}
async function shutDown() {
  print('shutdown.phase', { phase: 'stop-accepting' });
  await nextTurn();
  const closed = close();
  print('shutdown.phase', { phase: 'drain' });
  for (const response of lastAnswerOfEachConnection()) isTheLastOfItsConnection(response);
  await untilAllAreAnswered();
  server.closeAllConnections();
  await closed;
  print('shutdown.phase', { phase: 'cleanup' });
  await database.close();
}
async function live() {
  print('starting');
  try {
    await serve();
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  }
  try {
    await shutDown();
    print('shutdown.complete');
    process.exitCode = 0;
  } catch (error) {
    print('shutdown.error', { message: error instanceof Error ? error.message : String(error) });
  }
  limit.unref();
}
live();
