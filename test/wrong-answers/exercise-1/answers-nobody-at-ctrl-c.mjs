// mistake: Ctrl-C goes through all phases, but drops whoever still waits, because only a developer presses it.
// breaks: answers-in-flight, forces-the-exit-at-the-limit
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const port = Number(process.env.PORT ?? 3000);
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000);
const startDelayMs = Number(process.env.START_DELAY_MS ?? 0);
const dbCloseMs = Number(process.env.DB_CLOSE_MS ?? 50);
const dbCloseFails = process.env.DB_CLOSE_FAIL === '1';

function logEvent(event, fields = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}

class Database {
  #open = false;

  async connect() {
    await sleep(startDelayMs);
    this.#open = true;
  }

  async query() {
    if (!this.#open) throw new Error('The database is closed.');
  }

  async close() {
    await sleep(dbCloseMs);
    if (dbCloseFails) throw new Error('The database could not be closed.');
    this.#open = false;
    logEvent('db.closed');
  }
}

const database = new Database();
let shuttingDown = false;

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (url.pathname === '/hang') return;
  if (url.pathname !== '/slow') return send(response, 200, { ok: true });
  await sleep(Number(url.searchParams.get('ms')));
  try {
    await database.query();
    send(response, 200, { id: url.searchParams.get('id') });
  } catch (error) {
    send(response, 500, { error: error.message });
  }
});

// Longer than the idle timeout of the load balancer, so that it is never us who close first.
server.keepAliveTimeout = 65_000;

function send(response, status, body) {
  if (shuttingDown) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}

function closeServer() {
  return new Promise((resolve) => server.close(resolve));
}

async function shutDown(signal) {
  if (shuttingDown) return;
  shuttingDown = true;
  logEvent('shutdown.start', { signal });
  const limit = setTimeout(() => {
    logEvent('shutdown.forced');
    process.exit(1);
  }, shutdownTimeoutMs);

  try {
    logEvent('shutdown.phase', { phase: 'stop-accepting' });
    const closed = closeServer();
    if (signal === 'SIGINT') server.closeAllConnections();

    logEvent('shutdown.phase', { phase: 'drain' });
    await closed;

    logEvent('shutdown.phase', { phase: 'cleanup' });
    await database.close();
  } catch (error) {
    logEvent('shutdown.error', { message: error.message });
    process.exit(1);
  }
  clearTimeout(limit);
  logEvent('shutdown.complete');
  process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, () => shutDown(signal));
}

logEvent('starting');
await database.connect();
if (!shuttingDown) {
  server.listen(port, '127.0.0.1', () => logEvent('ready', { port: server.address().port }));
}
