// mistake: The timer of the limit is neither cleared nor unreferenced, so it holds a finished shutdown and then calls it forced.
// breaks: stops-on-sigterm, stops-on-sigint, stops-on-sighup, idle-keep-alive, busy-keep-alive, chatty-keep-alive, cleans-up-after-the-last-answer, waits-for-the-database, ends-soon-when-idle, repeated-signals, cleanup-fails, signal-while-connecting
import { createServer } from 'node:http';

const settings = {
  port: Number(process.env.PORT ?? 3000),
  limitMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000),
  startDelayMs: Number(process.env.START_DELAY_MS ?? 0),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? 50),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};

const print = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

function createDatabase() {
  let open = false;
  const timers = new Set();
  const after = (ms) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        timers.delete(timer);
        resolve();
      }, ms);
      timers.add(timer);
    });
  return {
    async connect() {
      await after(settings.startDelayMs);
      open = true;
    },
    async query() {
      if (!open) throw new Error('database is closed');
      return 'row';
    },
    async close() {
      this.letGo();
      await after(settings.dbCloseMs);
      if (settings.dbCloseFails) throw new Error('database did not close');
      open = false;
      print('db.closed');
    },
    /** Drops whatever still holds the event loop on behalf of the database. */
    letGo() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

const database = createDatabase();
const sockets = new Set();
const pauses = new Set();
let ending = false;
let forced = false;

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  if (url.pathname === '/') return finish(response, 200, { ok: true });
  if (url.pathname === '/hang') return;
  if (url.pathname !== '/slow') return finish(response, 404, { ok: false });
  const pause = setTimeout(
    async () => {
      pauses.delete(pause);
      try {
        const row = await database.query();
        finish(response, 200, { row, id: url.searchParams.get('id') });
      } catch (error) {
        finish(response, 500, { error: error.message });
      }
    },
    Number(url.searchParams.get('ms') ?? 0),
  );
  pauses.add(pause);
});

server.on('connection', (socket) => {
  sockets.add(socket);
  socket.on('close', () => sockets.delete(socket));
});

function finish(response, status, body) {
  if (ending) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function force() {
  forced = true;
  process.exitCode = 1;
  print('shutdown.forced');
  database.letGo();
  for (const pause of pauses) clearTimeout(pause);
  for (const socket of sockets) socket.destroy();
}

async function end(signal) {
  if (ending) return;
  ending = true;
  // Should the loop run dry before the last step, the code must not say that all went well.
  process.exitCode = 1;
  print('shutdown.start', { signal });
  setTimeout(force, settings.limitMs);
  print('shutdown.phase', { phase: 'stop-accepting' });
  const closed = server.listening ? new Promise((resolve) => server.close(resolve)) : Promise.resolve();
  print('shutdown.phase', { phase: 'drain' });
  await closed;
  if (forced) return;
  print('shutdown.phase', { phase: 'cleanup' });
  try {
    await database.close();
    print('shutdown.complete');
    process.exitCode = 0;
  } catch (error) {
    print('shutdown.error', { message: error.message });
  }
}

process.on('SIGTERM', end).on('SIGINT', end).on('SIGHUP', end);

print('starting');
// Not awaited at the top level: a connect that is abandoned never settles, and the exit code would be 13.
database.connect().then(() => {
  if (ending) return;
  server.listen(settings.port, '127.0.0.1', () => {
    // A signal between listen and here found no listener to close.
    if (ending) server.close();
    else print('ready', { port: server.address().port });
  });
});
