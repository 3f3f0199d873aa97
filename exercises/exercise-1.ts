// Exercise 1: production signal handler.
//
// What is marked "Given" works: keep it, move it or rewrite it, as long as what is seen from outside stays.
// What is missing is the shutdown. Its place is marked "Yours"; the brief says what is expected of it.

import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

// Given: the settings.
const settings = {
  port: Number(process.env.PORT ?? 3000),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000),
  startDelayMs: Number(process.env.START_DELAY_MS ?? 0),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? 50),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};

// Given: one event line, a JSON object on a line of its own.
function print(event: string, fields: object = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}

// Given: a database that stands for the real one. It takes its time, as they do.
const database = {
  isOpen: false,

  async connect() {
    await wait(settings.startDelayMs);
    database.isOpen = true;
  },

  async query(id: string) {
    if (!database.isOpen) throw new Error('The database is closed.');
    return { id, rows: 1 };
  },

  // From the call on no query is taken; the promise settles when the connection has really gone.
  async close() {
    database.isOpen = false;
    await wait(settings.dbCloseMs);
    if (settings.dbCloseFails) throw new Error('The database did not confirm that it closed.');
    print('db.closed');
  },
};

// Given: the service.
const server = createServer(async (request, response) => {
  const [path, search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);

  const reply = (status: number, body: object) => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };

  if (path === '/') return reply(200, { service: 'up' });
  if (path === '/hang') return; // Never answered: some request always hangs one day.
  if (path !== '/slow') return reply(404, { error: 'There is no such page.' });

  const id = query.get('id') ?? '';
  await wait(Number(query.get('ms') ?? 0));
  try {
    reply(200, await database.query(id));
  } catch (error) {
    reply(500, { id, error: String(error) });
  }
});

// Yours: the shutdown. As long as nothing is written here, a signal kills the program on the spot, and every
// request in flight with it.
//
// 1. Listen for SIGTERM, SIGINT and SIGHUP. The first signal starts the shutdown, and the limit with it; the
//    others change nothing:
//      print('shutdown.start', { signal })
//
// 2. Go through three phases, one after the other, each announced by print('shutdown.phase', { phase }):
//      'stop-accepting'   no new connection gets in
//      'drain'            what was asked is answered, and no connection stays open after its answer
//      'cleanup'          the database closes, and this is waited for
//
// 3. End the program in one of three ways:
//      every phase is done           print('shutdown.complete')              exit code 0
//      a step of the cleanup fails   print('shutdown.error', { message })    exit code 1
//      settings.shutdownTimeoutMs after the first signal, whatever the phases are doing:
//                                    print('shutdown.forced')                exit code 1

// Given: the start.
async function start() {
  print('starting');
  await database.connect();
  server.listen(settings.port, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object') print('ready', { port: address?.port });
  });
}

start();
