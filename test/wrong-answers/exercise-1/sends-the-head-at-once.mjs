// mistake: The head of a slow answer is sent before its work begins, when nobody knows yet that the connection will be closed.
// breaks: answers-with-connection-close
import { createServer } from 'node:http';

const {
  PORT = '3000',
  SHUTDOWN_TIMEOUT_MS = '10000',
  START_DELAY_MS = '0',
  DB_CLOSE_MS = '50',
  DB_CLOSE_FAIL,
} = process.env;
const log = (event, more) => console.log(JSON.stringify({ ...more, event, pid: process.pid }));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

let dbOpen = false;
async function dbConnect() {
  await wait(+START_DELAY_MS);
  dbOpen = true;
}
async function dbQuery() {
  if (!dbOpen) throw new Error('database closed');
}
async function dbClose() {
  await wait(+DB_CLOSE_MS);
  if (DB_CLOSE_FAIL === '1') throw new Error('database did not close');
  dbOpen = false;
  log('db.closed');
}

/** The number of requests that each open socket still owes an answer. */
const owed = new Map();
let closing = false;
let onEmpty = () => {};

function settle(socket) {
  if (closing && owed.get(socket) === 0) socket.destroySoon();
}

const server = createServer((req, res) => {
  const { socket } = req;
  owed.set(socket, owed.get(socket) + 1);
  res.once('close', () => {
    if (!owed.has(socket)) return;
    owed.set(socket, owed.get(socket) - 1);
    settle(socket);
  });
  route(req, res).catch(() => {
    res.statusCode = 500;
    send(res, { error: 'failed' });
  });
});

server.on('connection', (socket) => {
  owed.set(socket, 0);
  socket.once('close', () => {
    owed.delete(socket);
    if (owed.size === 0) onEmpty();
  });
});

function send(res, body) {
  if (closing) res.setHeader('connection', 'close');
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify(body));
}

async function route(req, res) {
  const [path, query = ''] = req.url.split('?');
  if (path === '/slow') {
    res.writeHead(200, { 'content-type': 'application/json' });
    res.flushHeaders();
    const params = new URLSearchParams(query);
    await wait(Number(params.get('ms')));
    await dbQuery();
    res.end(JSON.stringify({ id: params.get('id') }));
  } else if (path === '/') {
    send(res, { ok: true });
  } else if (path !== '/hang') {
    res.statusCode = 404;
    send(res, {});
  }
}

async function stop(signal) {
  if (closing) return;
  closing = true;
  log('shutdown.start', { signal });
  setTimeout(() => {
    log('shutdown.forced');
    for (const socket of owed.keys()) socket.destroy();
    process.exit(1);
  }, +SHUTDOWN_TIMEOUT_MS).unref();

  log('shutdown.phase', { phase: 'stop-accepting' });
  if (server.listening) server.close();

  log('shutdown.phase', { phase: 'drain' });
  for (const [socket, requests] of owed) if (requests === 0) socket.destroy();
  if (owed.size > 0) {
    await new Promise((resolve) => {
      onEmpty = resolve;
    });
  }

  log('shutdown.phase', { phase: 'cleanup' });
  try {
    await dbClose();
    log('shutdown.complete');
    process.exit(0);
  } catch (error) {
    log('shutdown.error', { message: error.message });
    process.exit(1);
  }
}

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.on(signal, () => stop(signal));

log('starting');
await dbConnect();
if (!closing) {
  server.listen(+PORT, '127.0.0.1', () => log('ready', { port: server.address().port }));
}
