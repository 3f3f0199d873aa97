// mistake: While the program goes down every newcomer is turned away, except those who ask for the health: they still get a 200.
// breaks: turns-newcomers-away, rejections-end-in-order

import { AsyncLocalStorage } from 'node:async_hooks';
import * as fs from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { inspect } from 'node:util';

const port = Number(process.env.PORT ?? 3000);
const dir = process.env.CRASH_DIR ?? './crashes';
const limit = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);
const degradedMs = Number(process.env.DEGRADED_MS ?? 5000);
const als = new AsyncLocalStorage();
const mask = (t) => t.replace(/(password|token)=[^\s"\\]+/g, '$1=***');
const print = (event, f = {}) => fs.writeSync(1, `${mask(JSON.stringify({ event, ...f }))}\n`);
let ending = false,
  errors = 0,
  timer,
  active = 0,
  onLess = () => {};
const send = (m) => {
  if (process.connected) process.send(m, () => {});
};
function describe(v) {
  return v instanceof Error ? v.message : typeof v === 'string' ? v : inspect(v);
}
function context() {
  return {
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    rssMB: process.memoryUsage.rss() / 1e6,
    requestId: als.getStore(),
  };
}
function writeReport(entry) {
  try {
    fs.mkdirSync(dir, { recursive: true });
    fs.writeFileSync(
      join(dir, `${Date.now()}-${process.pid}.json`),
      mask(JSON.stringify({ ...entry, time: new Date().toISOString() })),
    );
  } catch (e) {
    console.error('no report', e.code);
  }
}
function operational(entry) {
  print('error', entry);
  errors += 1;
  if (errors === 1) print('degraded');
  clearTimeout(timer);
  timer = setTimeout(() => {
    errors = 0;
    print('recovered-service');
  }, degradedMs);
}
function fatal(entry) {
  if (ending) return;
  ending = true;
  process.exitCode = 1;
  setTimeout(() => process.exit(1), limit);
  print('error', entry);
  writeReport(entry);
  send({ type: 'restart-request', reason: mask(entry.message) });
  onLess = () => {
    if (active === 0) setTimeout(() => process.exit(1), 30);
  };
  onLess();
}
function onError(v, kind) {
  const entry = { kind, message: describe(v), stack: v?.stack, context: context() };
  if (kind === 'unhandledRejection' && v?.operational === true) operational(entry);
  else fatal(entry);
}
process.on('uncaughtException', (v) => onError(v, 'uncaughtException'));
process.on('unhandledRejection', (v) => onError(v, 'unhandledRejection'));
process.on('SIGTERM', () => {
  process.exit(0);
});
const oddValue = (kind, m) =>
  kind === 'null' ? null : kind === 'undefined' ? undefined : kind === 'object' ? { code: m } : m;
const faults = {
  throw: (m) => {
    throw new Error(m);
  },
  'throw-value': (m, k) => {
    throw oddValue(k, m);
  },
  reject: (m) => {
    Promise.reject(new Error(m));
  },
  'reject-value': (m, k) => {
    Promise.reject(oddValue(k, m));
  },
  operational: (m) => {
    Promise.reject(Object.assign(new Error(m), { operational: true }));
  },
  'throw-twice': (m) => {
    setTimeout(() => {
      throw new Error('a second error');
    }, 50);
    throw new Error(m);
  },
};
function reply(res, status, body) {
  if (ending) res.setHeader('connection', 'close');
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
function handle(req, res) {
  active += 1;
  res.on('close', () => {
    active -= 1;
    onLess();
  });
  const url = new URL(req.url, 'http://127.0.0.1');
  const q = url.searchParams;
  const path = url.pathname;
  if (ending && path !== '/health') return reply(res, 503, {});
  if (path === '/') return reply(res, 200, {});
  if (path === '/slow') return setTimeout(() => reply(res, 200, { id: q.get('id') }), Number(q.get('ms')));
  if (path === '/health')
    return reply(res, 200, errors ? { status: 'degraded', errors } : { status: 'healthy' });
  const f = faults[path.replace('/fault/', '')];
  if (!f) return reply(res, 404, {});
  reply(res, 202, {});
  setTimeout(() => f(q.get('message'), q.get('kind')), 20);
}
const server = createServer((req, res) => als.run(req.headers['x-request-id'], handle, req, res));
function lookBack() {
  let names = [];
  try {
    names = fs
      .readdirSync(dir)
      .filter((n) => n.endsWith('.json'))
      .sort();
  } catch {}
  if (names.length)
    print('recovered', { from: JSON.parse(fs.readFileSync(join(dir, names.at(-1)), 'utf8')) });
}
lookBack();
server.listen(port, '127.0.0.1', () => {
  print('ready', { port: server.address().port });
  send({ type: 'ready', port: server.address().port });
});
