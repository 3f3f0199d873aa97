// mistake: The program exits as soon as the report is written and the message has left; nobody is waited for.
// breaks: answers-in-flight, rejections-end-in-order, crash-dir-is-not-writable, keeps-the-limit, works-without-a-channel
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir, open, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const config = {
  port: Number.parseInt(process.env.PORT ?? '3000', 10),
  crashDir: process.env.CRASH_DIR ?? './crashes',
  limitMs: Number.parseInt(process.env.SHUTDOWN_TIMEOUT_MS ?? '5000', 10),
  degradedMs: Number.parseInt(process.env.DEGRADED_MS ?? '5000', 10),
};

const context = new AsyncLocalStorage();
const line = (event, fields) => console.error(JSON.stringify({ ts: Date.now(), event, ...fields }));

function redact(value) {
  return typeof value === 'string' ? value.replace(/(?<=\b(?:password|token)=)\S+/gi, '…') : value;
}

function toError(value) {
  if (value instanceof Error) return value;
  if (typeof value === 'object' && value !== null)
    return { message: `object thrown: ${JSON.stringify(value)}` };
  return { message: `${typeof value} thrown: ${String(value)}` };
}

function describe(kind, value) {
  const error = toError(value);
  return {
    kind,
    message: redact(error.message),
    stack: redact(error.stack),
    context: {
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      rssMB: process.memoryUsage().rss / 2 ** 20,
      requestId: context.getStore()?.requestId,
      route: context.getStore()?.route,
    },
  };
}

const reports = {
  async save(record, fatal) {
    await mkdir(config.crashDir, { recursive: true });
    const name = `${Date.now()}-${fatal ? 'crash' : 'operational'}-${Math.random().toString(16).slice(2)}.json`;
    const file = await open(join(config.crashDir, name), 'wx');
    await file.writeFile(JSON.stringify({ ...record, fatal, time: new Date().toISOString() }, null, 1));
    await file.sync();
    await file.close();
  },
  async lastCrash() {
    const names = await readdir(config.crashDir).catch(() => []);
    const newest = names
      .filter((name) => name.includes('-crash-'))
      .sort((a, b) => parseInt(b, 10) - parseInt(a, 10))[0];
    return newest && JSON.parse(await readFile(join(config.crashDir, newest), 'utf8'));
  },
};

const health = { errors: 0, epoch: 0 };

async function degradeFor(ms) {
  health.errors += 1;
  health.epoch += 1;
  if (health.errors === 1) line('degraded');
  const { epoch } = health;
  await delay(ms, undefined, { ref: false });
  if (epoch !== health.epoch) return;
  health.errors = 0;
  line('recovered-service');
}

let fatalRecord;

async function crash(record) {
  if (fatalRecord) return;
  fatalRecord = record;
  const limit = delay(config.limitMs).then(() => process.exit(1));
  const asked = new Promise((resolve) => {
    if (process.send) process.send({ type: 'restart-request', reason: record.message }, resolve);
    else resolve();
  });
  server.close();
  const saved = reports.save(record, true).catch((error) => console.error('report not saved:', error.code));
  await Promise.race([limit, Promise.all([asked, saved])]);
  process.exit(1);
}

process.on('uncaughtException', (value, origin) => {
  const record = describe(origin, value);
  line('error', record);
  crash(record);
});
process.on('unhandledRejection', (value) => {
  const record = describe('unhandledRejection', value);
  line('error', record);
  if (value?.operational !== true) return crash(record);
  degradeFor(config.degradedMs);
  reports.save(record, false).catch(() => {});
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
});

function pick(kind, message) {
  switch (kind) {
    case 'null':
      return null;
    case 'undefined':
      return undefined;
    case 'object':
      return { code: message };
    default:
      return message;
  }
}

async function strike(name, message, kind) {
  await delay(20);
  switch (name) {
    case 'reject':
      throw new Error(message);
    case 'reject-value':
      throw pick(kind, message);
    case 'operational':
      throw Object.assign(new Error(message), { operational: true });
  }
  setTimeout(() => {
    if (name === 'throw-twice') {
      setTimeout(() => {
        throw new Error('a second failure');
      }, 50);
    }
    throw name === 'throw-value' ? pick(kind, message) : new Error(message);
  });
}

const server = createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const query = url.searchParams;
  context.run({ requestId: req.headers['x-request-id'], route: url.pathname }, async () => {
    res.setHeader('connection', 'close');
    if (url.pathname.startsWith('/fault/')) {
      res.writeHead(202).end();
      strike(url.pathname.slice('/fault/'.length), query.get('message'), query.get('kind'));
      return;
    }
    if (url.pathname === '/slow') await delay(Number(query.get('ms')));
    const body = {
      '/': { ok: true },
      '/slow': { id: query.get('id') },
      '/health': health.errors > 0 ? { status: 'degraded', errors: health.errors } : { status: 'healthy' },
    }[url.pathname];
    res.writeHead(body ? 200 : 404).end(JSON.stringify(body ?? {}));
  });
});

const from = await reports.lastCrash();
if (from) line('recovered', { from });
server.listen(config.port, '127.0.0.1', () => {
  line('ready', { port: server.address().port });
  process.send?.({ type: 'ready', port: server.address().port });
});
