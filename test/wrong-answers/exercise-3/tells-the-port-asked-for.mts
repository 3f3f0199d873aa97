// mistake: The supervisor is told the port from the settings, which is 0 where any will do, and not the one that was opened.
// breaks: talks-to-its-supervisor
import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter, on, once } from 'node:events';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { inspect } from 'node:util';

type ErrorRecord = Readonly<{
  kind: string;
  message: string;
  stack: string | null;
  time: number;
  context: object;
  operational: boolean;
}>;

const directory = process.env.CRASH_DIR ?? './crashes';
const number = (name: string, fallback: number) => Number(process.env[name] ?? fallback);

const ids = new AsyncLocalStorage<string | undefined>();
const bus = new EventEmitter();
const health = { errors: 0, until: 0 };
let closing = false;

const print = (event: string, fields: object = {}) => console.log(JSON.stringify({ event, ...fields }));
const unsecret = (text: string) => text.replace(/(password|token)=[^ \n]*/gi, '$1=?');

function toRecord(thrown: unknown, kind: string): ErrorRecord {
  const isError = thrown instanceof Error;
  return Object.freeze({
    kind,
    message: unsecret(isError ? thrown.message : typeof thrown === 'string' ? thrown : inspect(thrown)),
    stack: isError && thrown.stack ? unsecret(thrown.stack) : null,
    time: Date.now(),
    context: {
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      rssMB: process.memoryUsage.rss() / 1e6,
      requestId: ids.getStore(),
    },
    operational: isError && 'operational' in thrown && thrown.operational === true,
  });
}

// The monitor sees both kinds; the listeners below only keep Node from ending the process.
process.on('uncaughtExceptionMonitor', (thrown, origin) => bus.emit('record', toRecord(thrown, origin)));
process.on('uncaughtException', () => {});
process.on('unhandledRejection', (reason) => bus.emit('record', toRecord(reason, 'unhandledRejection')));

const listener: RequestListener = (req, res) => {
  const url = new URL(req.url ?? '/', 'http://localhost');
  const query = url.searchParams;
  const send = (status: number, body: object) => {
    res.writeHead(status, closing ? { connection: 'close' } : {}).end(JSON.stringify(body));
  };
  if (req.method === 'POST') {
    send(202, {});
    setTimeout(fault, 30, url.pathname, query.get('message') ?? '', query.get('kind'));
  } else if (url.pathname === '/slow') {
    setTimeout(send, Number(query.get('ms')), 200, { id: query.get('id') });
  } else if (url.pathname === '/health') {
    send(200, health.errors ? { status: 'degraded', errors: health.errors } : { status: 'healthy' });
  } else {
    send(200, {});
  }
};

function fault(path: string, message: string, kind: string | null) {
  const odd = new Map<string | null, unknown>([
    ['null', null],
    ['undefined', undefined],
    ['object', { code: message }],
  ]);
  const value = odd.has(kind) ? odd.get(kind) : message;
  if (path === '/fault/throw') throw new TypeError(message);
  if (path === '/fault/throw-value') throw value;
  if (path === '/fault/reject') Promise.reject(new RangeError(message));
  if (path === '/fault/reject-value') Promise.reject(value);
  if (path === '/fault/operational') Promise.reject(Object.assign(new Error(message), { operational: true }));
  if (path === '/fault/throw-twice') {
    setTimeout(fault, 60, '/fault/throw', 'once more', null);
    throw new Error(message);
  }
}

const server = createServer((req, res) =>
  ids.run(req.headers['x-request-id']?.toString(), listener, req, res),
);

async function startUp() {
  const mark = `${directory}/unread`;
  if (existsSync(mark)) {
    const from = JSON.parse(
      readFileSync(`${directory}/${readFileSync(mark, 'utf8').trim().split('\n').pop()}`, 'utf8'),
    );
    print('recovered', { from });
    await rm(mark);
  }
  server.listen(number('PORT', 3000), '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  print('ready', { port: address.port });
  if (process.connected) process.send?.({ type: 'ready', port: number('PORT', 3000) });
}

async function report(record: ErrorRecord) {
  mkdirSync(directory, { recursive: true });
  const name = `crash-${(await readdir(directory)).length}.json`;
  await writeFile(`${directory}/${name}`, JSON.stringify(record));
  appendFileSync(`${directory}/unread`, `${name}\n`);
}

function degrade() {
  const quietMs = number('DEGRADED_MS', 5000);
  health.errors += 1;
  health.until = Date.now() + quietMs;
  if (health.errors > 1) return;
  print('degraded');
  const check = setInterval(() => {
    if (Date.now() < health.until) return;
    clearInterval(check);
    health.errors = 0;
    print('recovered-service');
  }, 20);
}

async function bringDown(record: ErrorRecord) {
  closing = true;
  setTimeout(() => process.exit(1), number('SHUTDOWN_TIMEOUT_MS', 5000));
  const closed = once(server.close(), 'close');
  const told = new Promise<void>((resolve) => {
    if (!process.connected) resolve();
    else process.send?.({ type: 'restart-request', reason: record.message }, () => resolve());
  });
  await Promise.allSettled([report(record), told, closed]);
  process.exit(1);
}

process.on('SIGTERM', () => {
  closing = true;
  server.close(() => process.exit(0));
});

void startUp();

let first = true;
for await (const [record] of on(bus, 'record') as AsyncIterable<[ErrorRecord]>) {
  print('error', record);
  if (record.operational) degrade();
  else if (first) {
    first = false;
    void bringDown(record);
  }
}
