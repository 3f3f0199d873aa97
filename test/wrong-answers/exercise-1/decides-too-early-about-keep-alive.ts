// mistake: Whether the connection stays is decided when the request arrives, so a request in flight at the signal is still answered with keep-alive.
// breaks: busy-keep-alive, answers-with-connection-close
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

interface Settings {
  readonly port: number;
  readonly shutdownTimeoutMs: number;
  readonly startDelayMs: number;
  readonly dbCloseMs: number;
  readonly dbCloseFails: boolean;
}

type Outcome = { event: string; code: number; message?: string };

const settings: Settings = {
  port: Number(process.env.PORT ?? '3000'),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? '10000'),
  startDelayMs: Number(process.env.START_DELAY_MS ?? '0'),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? '50'),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};

function report(event: string, fields: Record<string, unknown> = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

class Database {
  private open = false;

  async connect(signal: AbortSignal): Promise<void> {
    await sleep(settings.startDelayMs, undefined, { signal });
    this.open = true;
  }

  async query(): Promise<string> {
    if (!this.open) throw new Error('database is closed');
    return 'ok';
  }

  async close(): Promise<void> {
    await sleep(settings.dbCloseMs);
    if (settings.dbCloseFails) throw new Error('closing the database failed');
    this.open = false;
    report('db.closed');
  }
}

const stop = new AbortController();
const database = new Database();
const server = createServer((request, response) => {
  void handle(request, response);
});

// Longer than the idle timeout of the load balancer, so that it is never us who close first.
server.keepAliveTimeout = 65_000;

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (stop.signal.aborted) response.setHeader('Connection', 'close');
  if (url.pathname === '/hang') return;
  let status = 200;
  let body: Record<string, unknown> = { status: 'up' };
  if (url.pathname === '/slow') {
    await sleep(Number(url.searchParams.get('ms') ?? '0'));
    try {
      body = { id: url.searchParams.get('id'), result: await database.query() };
    } catch (error) {
      status = 500;
      body = { error: String(error) };
    }
  }
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function goDown(): Promise<Outcome> {
  report('shutdown.phase', { phase: 'stop-accepting' });
  const closed = server.listening ? once(server.close(), 'close') : Promise.resolve();
  report('shutdown.phase', { phase: 'drain' });
  await closed;
  report('shutdown.phase', { phase: 'cleanup' });
  try {
    await database.close();
    return { event: 'shutdown.complete', code: 0 };
  } catch (error) {
    return { event: 'shutdown.error', code: 1, message: (error as Error).message };
  }
}

async function limit(): Promise<Outcome> {
  await sleep(settings.shutdownTimeoutMs);
  return { event: 'shutdown.forced', code: 1 };
}

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(name, () => stop.abort(name));
}

report('starting');
try {
  await database.connect(stop.signal);
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening', { signal: stop.signal });
  report('ready', { port: (server.address() as AddressInfo).port });
  await once(stop.signal, 'abort');
} catch (error) {
  if (!stop.signal.aborted) throw error;
}

report('shutdown.start', { signal: String(stop.signal.reason) });
const { event, code, message } = await Promise.race([goDown(), limit()]);
report(event, message === undefined ? {} : { message });
process.exit(code);
