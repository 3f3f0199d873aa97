// mistake: Only a rejection is given a drain; after an exception, of which nobody knows what it has done, the program exits at once.
// breaks: answers-in-flight, crash-dir-is-not-writable, keeps-the-limit, works-without-a-channel
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { format, inspect } from 'node:util';

const env = process.env;
const dir = env.CRASH_DIR ?? './crashes';
const limit = Number(env.SHUTDOWN_TIMEOUT_MS ?? 5000);
const quiet = Number(env.DEGRADED_MS ?? 5000);

const out = (event, more) => console.log('%s', JSON.stringify({ time: new Date(), event, ...more }));
const hide = (text) => text?.replaceAll(/(password=|token=)[\w-]+/g, '$1xxxxx');

// Set by whoever is about to run code on behalf of a request: a handler for what it throws runs before anything else does.
let servedRequest;
const onBehalfOf = (id, work) => {
  servedRequest = id;
  work();
};

let inFlight = 0;
let down;
let trouble = { count: 0, timer: undefined };

const picture = (kind, thrown) => ({
  kind,
  message: hide(thrown?.message ?? format('%s', typeof thrown === 'object' ? inspect(thrown) : thrown)),
  stack: hide(thrown?.stack),
  context: {
    pid: process.pid,
    uptimeSeconds: performance.now() / 1000,
    rssMB: process.memoryUsage.rss() / 1e6,
    requestId: servedRequest,
  },
});

function leaveIfDone() {
  if (!down || inFlight > 0) return;
  setImmediate(() => process.exit(down.code));
}

function fatal(kind, thrown) {
  const p = picture(kind, thrown);
  out('error', p);
  // A second failure on the way out: no further attempts.
  if (down) process.exit(1);
  down = { code: 1 };
  setTimeout(() => process.exit(1), limit).unref();
  try {
    mkdirSync(dir, { recursive: true });
    writeFileSync(`${dir}/${process.pid}-${Date.now()}.json`, JSON.stringify({ ...p, time: Date.now() }));
  } catch (e) {
    process.emitWarning(`no crash report: ${e.message}`);
  }
  const leave = kind === 'uncaughtException' ? () => process.exit(1) : leaveIfDone;
  process.send?.({ type: 'restart-request', reason: p.message, kind }, leave) ?? leave();
}

process.setUncaughtExceptionCaptureCallback((thrown) => fatal('uncaughtException', thrown));
process.on('unhandledRejection', (reason) => {
  if (!reason?.operational) return fatal('unhandledRejection', reason);
  out('error', picture('unhandledRejection', reason));
  trouble.count++;
  if (trouble.count === 1) out('degraded', { for: quiet });
  clearTimeout(trouble.timer);
  trouble.timer = setTimeout(() => {
    trouble = { count: 0 };
    out('recovered-service');
  }, quiet);
});
process.on('SIGTERM', () => {
  down ??= { code: 0 };
  leaveIfDone();
});

const noError = {
  null: () => null,
  undefined: () => undefined,
  object: (code) => ({ code }),
  string: (m) => m,
};
const faults = {
  throw: (m) => {
    throw Error(m);
  },
  'throw-value': (m, kind) => {
    throw noError[kind](m);
  },
  reject: (m) => void Promise.reject(Error(m)),
  'reject-value': (m, kind) => void Promise.reject(noError[kind](m)),
  operational: (m) => void Promise.reject(Object.assign(Error(m), { operational: true })),
  'throw-twice': (m) => {
    setTimeout(() => {
      throw Error('the second one');
    }, 40);
    throw Error(m);
  },
};

const server = createServer((req, res) => {
  const id = req.headers['x-request-id'];
  const { pathname, searchParams } = new URL(req.url, 'http://localhost');
  const send = (status, body) => res.writeHead(status, { connection: 'close' }).end(JSON.stringify(body));
  if (down) return send(503, { error: 'going down' });
  inFlight++;
  res.on('close', () => {
    inFlight--;
    leaveIfDone();
  });
  if (pathname === '/slow')
    return setTimeout(() => send(200, { id: searchParams.get('id') }), searchParams.get('ms'));
  if (pathname === '/health') {
    return send(200, trouble.count ? { status: 'degraded', errors: trouble.count } : { status: 'healthy' });
  }
  if (pathname.startsWith('/fault/') && req.method === 'POST') {
    const strike = faults[pathname.slice(7)];
    send(202, {});
    return setTimeout(
      () => onBehalfOf(id, () => strike(searchParams.get('message'), searchParams.get('kind'))),
      25,
    );
  }
  send(pathname === '/' ? 200 : 404, {});
});

// Told again at every start until the file is removed by whoever dealt with it.
function newestReport() {
  try {
    const files = readdirSync(dir).map((name) => `${dir}/${name}`);
    files.sort((a, b) => statSync(a).mtimeMs - statSync(b).mtimeMs);
    return JSON.parse(readFileSync(files.at(-1), 'utf8'));
  } catch {
    return null;
  }
}

const from = newestReport();
if (from) out('recovered', { from });
server.listen(Number(env.PORT ?? 3000), '127.0.0.1', () => {
  const { port } = server.address();
  process.send?.({ type: 'ready', port });
  out('ready', { port });
});
