// mistake: The drain ends with the first of the answers, and cuts the others off.
// breaks: answers-in-flight, half-sent-and-silent
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const settings = {
  port: Number(process.env.PORT ?? 3000),
  limit: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000),
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
let stopping = false;
let signals = 0;
let currentId;
let connected = false;
let active = 0;
let firstDone;
const server = createServer(async (request, response) => {
  const [path, search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);
  active += 1;
  response.on('close', () => {
    active -= 1;
    firstDone?.();
  });
  const reply = (status, body) => {
    if (stopping) response.setHeader('Connection', 'close');
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
});
server.keepAliveTimeout = 60_000;
const closeServer = () => new Promise((resolve) => server.close(() => resolve()));
let timer;
async function shutdown(signal) {
  signals += 1;
  if (stopping) return;
  stopping = true;
  timer = setTimeout(() => {
    print('shutdown.forced');
    process.exit(1);
  }, settings.limit);
  print('shutdown.start', { signal });
  if (!connected) process.exit(0);
  print('shutdown.phase', { phase: 'stop-accepting' });
  server.close();
  server.closeIdleConnections();
  const closed = active
    ? new Promise((r) => {
        firstDone = () =>
          setTimeout(() => {
            server.closeAllConnections();
            r();
          }, 10);
      })
    : Promise.resolve();
  print('shutdown.phase', { phase: 'drain' });
  await closed;
  print('shutdown.phase', { phase: 'cleanup' });
  try {
    await database.close();
  } catch (error) {
    print('shutdown.error', { message: error.message });
    process.exit(1);
  }
  print('shutdown.complete');
  clearTimeout(timer);
  process.exitCode = 0;
}
for (const s of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(s, shutdown);
print('starting');
await database.connect();
connected = true;
server.listen(settings.port, '127.0.0.1', () => print('ready', { port: server.address().port }));
