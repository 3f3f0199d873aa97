// mistake: A request is counted when its work begins; one that hangs before that is not waited for, and the end is called clean.
// breaks: forces-the-exit-at-the-limit
import * as http from 'node:http';
import { promisify } from 'node:util';

const after = promisify(setTimeout);
const env = process.env;
const line = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);

const db = {
  usable: false,
  connect: async () => {
    await after(Number(env.START_DELAY_MS) || 0);
    db.usable = true;
  },
  query: async () => {
    if (!db.usable) throw new Error('closed');
  },
  close: async () => {
    await after(Number(env.DB_CLOSE_MS ?? 50));
    if (env.DB_CLOSE_FAIL === '1') throw new Error('close rejected');
    db.usable = false;
    line({ event: 'db.closed' });
  },
};

const requests = { open: 0, shut: false, drained: null };
const exitWith = (code, event, message) => {
  line(message ? { event, message } : { event });
  process.exit(code);
};

const server = http.createServer(async (req, res) => {
  if (requests.shut) {
    res.writeHead(503, { Connection: 'close', 'Retry-After': '5' });
    return res.end('going down');
  }
  const url = new URL(req.url, 'http://x');
  if (url.pathname === '/hang') return;
  requests.open += 1;
  res.on('close', () => {
    requests.open -= 1;
    if (requests.open === 0) requests.drained?.();
  });
  if (url.pathname === '/slow') await after(Number(url.searchParams.get('ms')));
  const status = await db.query().then(
    () => 200,
    () => 500,
  );
  res.writeHead(status, {
    'Content-Type': 'application/json',
    ...(requests.shut && { Connection: 'close' }),
  });
  res.end(JSON.stringify({ id: url.searchParams.get('id'), late: requests.shut }));
});

const handlers = {
  async first(signal) {
    requests.shut = true;
    line({ signal, event: 'shutdown.start' });
    setTimeout(exitWith, Number(env.SHUTDOWN_TIMEOUT_MS ?? 10_000), 1, 'shutdown.forced').unref();
    line({ phase: 'stop-accepting', event: 'shutdown.phase' });
    server.close(() => {});
    line({ phase: 'drain', event: 'shutdown.phase' });
    if (requests.open > 0) {
      const { promise, resolve } = withResolvers();
      requests.drained = resolve;
      await promise;
    }
    line({ phase: 'cleanup', event: 'shutdown.phase' });
    await db.close().then(
      () => exitWith(0, 'shutdown.complete'),
      (error) => exitWith(1, 'shutdown.error', error.message),
    );
  },
  again(signal) {
    line({ note: `${signal} again, already going down` });
  },
};

function withResolvers() {
  let resolve;
  const promise = new Promise((r) => {
    resolve = r;
  });
  return { promise, resolve };
}

const onSignal = (signal) => handlers[requests.shut ? 'again' : 'first'](signal);
process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);
process.on('SIGHUP', onSignal);

line({ event: 'starting' });
db.connect().then(() => {
  if (requests.shut) return;
  server.listen({ port: Number(env.PORT ?? 3000), host: '127.0.0.1' }, () => {
    line({ event: 'ready', port: server.address().port });
  });
});
