// The life of the program as one function that reads from top to bottom: start, serve, stop, end.
// It counts the requests that wait for an answer; when there are none, no connection matters any more.

import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';

const settings = {
  port: Number(process.env.PORT ?? 3000),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000),
  startDelayMs: Number(process.env.START_DELAY_MS ?? 0),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? 50),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};

function print(event: string, fields: object = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

const database = {
  isOpen: false,

  /** Rejects as soon as `signal` aborts, so that a program that is stopped early need not wait for it. */
  async connect(signal: AbortSignal): Promise<void> {
    await wait(settings.startDelayMs, undefined, { signal });
    database.isOpen = true;
  },

  async query(id: string): Promise<object> {
    if (!database.isOpen) throw new Error('The database is closed.');
    return { id, rows: 1 };
  },

  async close(): Promise<void> {
    database.isOpen = false;
    await wait(settings.dbCloseMs);
    if (settings.dbCloseFails) throw new Error('The database did not confirm that it closed.');
    print('db.closed');
  },
};

const answer: RequestListener = async (request, response) => {
  const [path, search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);

  const reply = (status: number, body: object): void => {
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
const unanswered = new Set<ServerResponse>();
const server = createServer();

// Listeners are called in the order in which they were added, so the answer is counted before it is given.
server.on('request', (_request, response) => {
  unanswered.add(response);
  response.once('close', () => unanswered.delete(response));
  if (stopping.signal.aborted) isTheLastOfItsConnection(response);
});
server.on('request', answer);

function isTheLastOfItsConnection(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** Of several answers that one connection waits for, only the last may announce its end. */
function lastAnswerOfEachConnection(): Iterable<ServerResponse> {
  return new Map([...unanswered].map((response) => [response.req.socket, response])).values();
}

/** A Set may grow and shrink while it is walked: the walk ends when nothing is left to wait for. */
async function untilAllAreAnswered(): Promise<void> {
  for (const response of unanswered) {
    await new Promise((resolve) => response.once('close', resolve));
  }
}

/** Refuses new connections from the call on; resolves when the last connection has ended. */
function close(): Promise<void> {
  // The only error there is says that the server was not listening, which is what was wanted.
  return new Promise((resolve) => server.close(() => resolve()));
}

let limit: NodeJS.Timeout;

// The listeners stay after the first signal: without one, the next signal would kill the program.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (stopping.signal.aborted) return;
    print('shutdown.start', { signal: name });
    limit = setTimeout(giveUp, settings.shutdownTimeoutMs);
    process.exitCode = 1; // Until the end has turned out to be a clean one.
    stopping.abort();
  });
}

function giveUp(): void {
  print('shutdown.forced');
  // process.exit drops what a pipe has not taken yet. The second exit is for a reader that takes no more.
  process.stdout.write('', () => process.exit(1));
  setTimeout(() => process.exit(1), 250);
}

/** Resolves when a signal has come; rejects when the start has failed, or was cut short by a signal. */
async function serve(): Promise<void> {
  await database.connect(stopping.signal);
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  if (stopping.signal.aborted) return;
  const address = server.address();
  if (typeof address === 'object') print('ready', { port: address?.port });
  await once(stopping.signal, 'abort');
}

async function shutDown(): Promise<void> {
  print('shutdown.phase', { phase: 'stop-accepting' });
  // In this turn of the event loop, requests that came before the signal may still wait to be read.
  await nextTurn();
  const closed = close();

  print('shutdown.phase', { phase: 'drain' });
  for (const response of lastAnswerOfEachConnection()) isTheLastOfItsConnection(response);
  await untilAllAreAnswered();
  // What is still open now has asked nothing: idle, silent or with half a request.
  server.closeAllConnections();
  await closed;

  print('shutdown.phase', { phase: 'cleanup' });
  await database.close();
}

async function live(): Promise<void> {
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
  // From here on the program ends by itself, which loses no output. A limit that is unref'd, and not cleared,
  // does not hold it back, and still ends it if something else does.
  limit.unref();
}

live();
