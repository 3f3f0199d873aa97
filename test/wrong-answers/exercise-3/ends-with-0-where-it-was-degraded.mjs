// mistake: A degraded service that has to go was about to go anyway, so its end is told as a planned one, with code 0.
// breaks: exits-with-1
import { AsyncLocalStorage } from 'node:async_hooks';
import * as fs from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { inspect } from 'node:util';

const {
  CRASH_DIR = './crashes',
  SHUTDOWN_TIMEOUT_MS = '5000',
  DEGRADED_MS = '5000',
  PORT = '3000',
} = process.env;
const request = new AsyncLocalStorage();

const write = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const SECRET = /\b(password|token)(=)[^\s]+/gi;

function serialize(kind, value) {
  const error =
    value instanceof Error ? value : { message: typeof value === 'string' ? value : inspect(value) };
  return {
    kind,
    name: error.name,
    message: error.message.replace(SECRET, '$1$2[redacted]'),
    stack: error.stack?.replace(SECRET, '$1$2[redacted]'),
    context: {
      pid: process.pid,
      uptimeSeconds: Number(process.uptime().toFixed(1)),
      rssMB: Number((process.memoryUsage.rss() / 1024 ** 2).toFixed(1)),
      ...request.getStore(),
    },
  };
}

async function saveReport(fields) {
  await fs.mkdir(CRASH_DIR, { recursive: true });
  const body = JSON.stringify({ ...fields, time: new Date().toUTCString() });
  const file = path.join(CRASH_DIR, `report-${Date.now()}-${process.pid}`);
  await fs.writeFile(file, body);
  await fs.rename(file, `${file}.json`);
}

let leaving = false;

async function leave(code, fields) {
  if (leaving) return;
  leaving = true;
  process.exitCode = code;
  clearTimeout(recovery);
  setTimeout(() => process.exit(1), Number(SHUTDOWN_TIMEOUT_MS)).unref();
  server.close();
  if (fields) {
    if (process.connected) process.send({ type: 'restart-request', reason: fields.message });
    await saveReport(fields).catch((error) => console.error('crash report:', error.message));
  }
  if (process.connected) process.disconnect();
}

let recovery;
let errors = 0;

function degrade() {
  errors += 1;
  if (errors === 1) write('degraded');
  clearTimeout(recovery);
  recovery = setTimeout(() => {
    errors = 0;
    write('recovered-service');
  }, Number(DEGRADED_MS));
}

for (const kind of ['uncaughtException', 'unhandledRejection']) {
  process.on(kind, (value) => {
    const fields = serialize(kind, value);
    write('error', fields);
    if (kind === 'unhandledRejection' && value?.operational) degrade();
    else leave(errors > 0 ? 0 : 1, fields);
  });
}
process.on('SIGTERM', () => leave(0));

const oddValue = (kind, message) =>
  kind === 'null' ? null : kind === 'undefined' ? undefined : kind === 'object' ? { code: message } : message;

const faults = {
  async throw(message) {
    setTimeout(() => {
      throw new Error(message);
    });
  },
  async 'throw-value'(message, kind) {
    setTimeout(() => {
      throw oddValue(kind, message);
    });
  },
  async reject(message) {
    throw new Error(message);
  },
  async 'reject-value'(message, kind) {
    throw oddValue(kind, message);
  },
  async operational(message) {
    throw Object.assign(new Error(message), { operational: true });
  },
  async 'throw-twice'(message) {
    setTimeout(() => {
      throw new Error('a second one');
    }, 50);
    setTimeout(() => {
      throw new Error(message);
    });
  },
};

const routes = {
  '/': (res) => answer(res, 200, {}),
  '/health': (res) => answer(res, 200, errors ? { status: 'degraded', errors } : { status: 'healthy' }),
  '/slow': (res, query) => setTimeout(() => answer(res, 200, { id: query.id }), Number(query.ms)),
};

function answer(res, status, body) {
  res.shouldKeepAlive = false;
  res.writeHead(status).end(JSON.stringify(body));
}

const server = http.createServer((req, res) => {
  const { pathname, searchParams } = new URL(req.url, `http://${req.headers.host}`);
  const query = Object.fromEntries(searchParams);
  const requestId = req.headers['x-request-id'];
  request.run(requestId ? { requestId } : {}, () => {
    const [, , name] = pathname.split('/');
    if (routes[pathname]) routes[pathname](res, query);
    else if (faults[name]) {
      answer(res, 202, {});
      setTimeout(() => faults[name](query.message, query.kind), 10);
    } else answer(res, 404, {});
  });
});

// The told reports are remembered by name, in a file that is not a report.
async function tellOfLastCrash() {
  const names = (await fs.readdir(CRASH_DIR)).filter((name) => name.endsWith('.json'));
  const toldFile = path.join(CRASH_DIR, 'told.txt');
  const told = (await fs.readFile(toldFile, 'utf8').catch(() => '')).split('\n');
  const news = names.filter((name) => !told.includes(name)).sort();
  if (news.length === 0) return;
  const { message, time } = JSON.parse(await fs.readFile(path.join(CRASH_DIR, news.at(-1)), 'utf8'));
  write('recovered', { from: { message, time } });
  await fs.appendFile(toldFile, `${news.join('\n')}\n`);
}

await tellOfLastCrash().catch(() => {});
server.listen(Number(PORT), '127.0.0.1', () => {
  const { port } = server.address();
  write('ready', { port });
  if (process.connected) process.send({ type: 'ready', port });
});
