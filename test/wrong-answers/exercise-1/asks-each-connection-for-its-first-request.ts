// mistake: A listener that is called once per connection marks the answer in flight; the second request on it goes unmarked for ever.
// breaks: chatty-keep-alive
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const numberOf = (name: string, otherwise: number): number => Number(process.env[name] ?? otherwise);
const say = (event: string, more: object = {}): void => console.log(JSON.stringify({ event, ...more }));

let connected = false;
const closing = new AbortController();

/** Connections whose answer is still to be marked as their last, once the service closes. */
const unmarked = new WeakSet<Socket>();

const server = createServer((request, response) => {
  void handle(request, response).catch((error: Error) => {
    if (!response.headersSent) reply(response, 500, { error: error.message });
  });
});
server.keepAliveTimeout = 70_000;
server.on('connection', (socket) => {
  unmarked.add(socket);
  server.once('close', () => socket.destroy());
});

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://service');
  if (pathname === '/hang') return;
  if (pathname === '/slow') {
    await pause(Number(searchParams.get('ms')));
    if (!connected) throw new Error('no database');
    reply(response, 200, { id: searchParams.get('id') }, request.socket);
    return;
  }
  reply(response, 200, { up: true }, request.socket);
}

function reply(response: ServerResponse, status: number, body: object, socket?: Socket): void {
  const first = socket !== undefined && unmarked.delete(socket);
  if (closing.signal.aborted && first) response.setHeader('Connection', 'close');
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}

async function closeDatabase(): Promise<void> {
  await pause(numberOf('DB_CLOSE_MS', 50));
  if (process.env.DB_CLOSE_FAIL === '1') throw new Error('the database stayed open');
  connected = false;
  say('db.closed');
}

async function shutDown(signal: NodeJS.Signals): Promise<never> {
  say('shutdown.start', { signal });
  setTimeout(
    () => {
      say('shutdown.forced');
      process.exit(1);
    },
    numberOf('SHUTDOWN_TIMEOUT_MS', 10_000),
  );
  try {
    say('shutdown.phase', { phase: 'stop-accepting' });
    const stopped = server.listening ? once(server, 'close') : undefined;
    if (server.listening) server.close();
    say('shutdown.phase', { phase: 'drain' });
    await stopped;
    say('shutdown.phase', { phase: 'cleanup' });
    await closeDatabase();
  } catch (error) {
    say('shutdown.error', { message: (error as Error).message });
    process.exit(1);
  }
  say('shutdown.complete');
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (closing.signal.aborted) return;
    closing.abort();
    void shutDown(signal);
  });
}

say('starting');
await pause(numberOf('START_DELAY_MS', 0));
connected = true;
if (!closing.signal.aborted) {
  server.listen(numberOf('PORT', 3000), '127.0.0.1', () =>
    say('ready', { port: (server.address() as AddressInfo).port }),
  );
}
