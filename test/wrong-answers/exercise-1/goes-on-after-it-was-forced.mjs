// mistake: At the limit the connections are cut, and then the cleanup goes on without any limit and ends with code 0.
// breaks: forces-the-exit-at-the-limit, one-limit-for-all-phases, limit-is-not-moved, half-sent-and-silent
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

const numberFrom = (name, fallback) => {
  const value = Number.parseInt(process.env[name] ?? '', 10);
  return Number.isNaN(value) ? fallback : value;
};
const PORT = numberFrom('PORT', 3000);
const LIMIT_MS = numberFrom('SHUTDOWN_TIMEOUT_MS', 10_000);
const START_DELAY_MS = numberFrom('START_DELAY_MS', 0);
const DB_CLOSE_MS = numberFrom('DB_CLOSE_MS', 50);

class Database {
  isOpen = false;
  async connect() {
    await delay(START_DELAY_MS);
    this.isOpen = true;
  }
  async query() {
    await delay(1);
    if (!this.isOpen) throw new Error('The database is closed.');
    return { answer: 42 };
  }
  async close() {
    await delay(DB_CLOSE_MS);
    if (process.env.DB_CLOSE_FAIL === '1') throw new Error('The database could not be closed.');
    this.isOpen = false;
    console.log(JSON.stringify({ event: 'db.closed' }));
  }
}

const logger = {
  lines: 0,
  note(text) {
    console.error(`[${performance.now().toFixed(1)}ms] #${++this.lines} ${text}`);
    console.error('');
    console.error(JSON.stringify({ level: 'debug', text, memory: process.memoryUsage.rss() }));
    console.error(JSON.stringify([text, null]));
    console.error('{"event": "not json"');
    console.error('null');
    console.error(JSON.stringify({ event: 7, text: 'a field named event that is no string' }));
  },
  event(name, fields = {}) {
    this.note(`now comes ${name}`);
    console.error(
      JSON.stringify({
        time: new Date().toISOString(),
        level: 'info',
        tags: ['shutdown', { nested: { event: 'inner' } }],
        ...fields,
        event: name,
        host: 'höst-α',
      }),
    );
    this.note(`that was ${name}`);
  },
};

const database = new Database();
let shutdown;

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, 'http://service.internal');
  logger.note(`${request.method} ${url.pathname}`);
  response.on('finish', () => logger.note(`answered ${url.pathname} with ${response.statusCode}`));
  try {
    if (url.pathname === '/hang') return;
    let body = { path: url.pathname };
    if (url.pathname === '/slow') {
      await delay(Number(url.searchParams.get('ms')));
      body = { rows: await database.query(), id: url.searchParams.get('id') };
    }
    if (shutdown) response.setHeader('Connection', 'close');
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    // Two writes make a chunked answer.
    response.write(' ');
    response.end(JSON.stringify(body));
  } catch (error) {
    console.error(error);
    response.statusCode = 500;
    if (shutdown) response.setHeader('Connection', 'close');
    response.end();
  }
});

async function performShutdown(signal) {
  logger.event('shutdown.start', { signal, limitMs: LIMIT_MS });
  const heartbeat = setInterval(() => logger.note('still going down'), 20);
  const limit = setTimeout(() => {
    logger.event('shutdown.forced', { reason: 'limit' });
    server.closeAllConnections();
  }, LIMIT_MS);
  try {
    logger.event('shutdown.phase', { phase: 'stop-accepting', number: 1 });
    const closed = new Promise((resolve) => server.close(() => resolve()));
    logger.event('shutdown.phase', { phase: 'drain', number: 2 });
    await closed;
    logger.event('shutdown.phase', { phase: 'cleanup', number: 3 });
    await database.close();
    logger.event('shutdown.complete', { tookMs: Math.round(performance.now()) });
    process.exitCode = 0;
  } catch (error) {
    console.error(error);
    logger.event('shutdown.error', { message: error.message, stack: error.stack });
    process.exitCode = 1;
  } finally {
    clearInterval(heartbeat);
    clearTimeout(limit);
    process.exit();
  }
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
  process.on(signal, (name, number) => {
    logger.note(`received ${name} (${number})`);
    shutdown ??= performShutdown(name);
  });
}

console.log(JSON.stringify({ event: 'starting' }));
await database.connect();
if (!shutdown) {
  server.listen(PORT, '127.0.0.1', () => {
    console.log('Listening, see the next line.');
    console.log(JSON.stringify({ version: '1.2.3', port: server.address().port, event: 'ready' }));
  });
}
