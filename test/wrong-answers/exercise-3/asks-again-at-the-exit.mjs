// mistake: The restart is asked for when the end begins and once more when it is done.
// breaks: second-error, talks-to-its-supervisor, rejections-end-in-order, keeps-the-limit, crash-dir-is-not-writable, rejected-values, thrown-values
import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { inspect } from 'node:util';

const port = Number(process.env.PORT ?? 3000);
const crashDir = process.env.CRASH_DIR ?? './crashes';
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);
const degradedMs = Number(process.env.DEGRADED_MS ?? 5000);

const requests = new AsyncLocalStorage();

function printEvent(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

function mask(text) {
  return text.replace(/\b(password|token)=\S+/gi, '$1=***');
}

function messageOf(error) {
  if (error instanceof Error) return mask(error.message);
  return mask(typeof error === 'string' ? error : inspect(error));
}

function stackOf(error) {
  return error instanceof Error ? mask(error.stack) : undefined;
}

function describe(error, kind) {
  return {
    kind,
    message: messageOf(error),
    stack: stackOf(error),
    context: {
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      rssMB: process.memoryUsage().rss / 1024 / 1024,
      requestId: requests.getStore(),
    },
  };
}

function writeReport(problem) {
  try {
    fs.mkdirSync(crashDir, { recursive: true });
    const file = path.join(crashDir, `crash-${Date.now()}.json`);
    fs.writeFileSync(file, JSON.stringify({ ...problem, time: new Date().toISOString() }));
  } catch (error) {
    console.error('no crash report:', error.message);
  }
}

function readLastReport() {
  try {
    const names = fs.readdirSync(crashDir).filter((name) => name.endsWith('.json'));
    if (names.length === 0) return undefined;
    const newest = names.sort()[names.length - 1];
    return JSON.parse(fs.readFileSync(path.join(crashDir, newest), 'utf8'));
  } catch {
    return undefined;
  }
}

function tellParent(message) {
  if (process.send) process.send(message);
}

let ending = false;

function end(code) {
  ending = true;
  setTimeout(() => process.exit(1), shutdownTimeoutMs);
  server.close(() => process.exit(code));
}

function fatal(error, kind) {
  const problem = describe(error, kind);
  printEvent('error', problem);
  if (ending) return;
  writeReport(problem);
  tellParent({ type: 'restart-request', reason: problem.message });
  end(1);
  process.on('exit', () => tellParent({ type: 'restart-request', reason: problem.message }));
}

let operationalErrors = 0;
let recoveryTimer;

function degrade() {
  operationalErrors += 1;
  if (operationalErrors === 1) printEvent('degraded');
  clearTimeout(recoveryTimer);
  recoveryTimer = setTimeout(() => {
    operationalErrors = 0;
    printEvent('recovered-service');
  }, degradedMs);
}

process.on('uncaughtException', (error) => fatal(error, 'uncaughtException'));

process.on('unhandledRejection', (reason) => {
  if (reason?.operational === true) {
    printEvent('error', describe(reason, 'unhandledRejection'));
    degrade();
    return;
  }
  fatal(reason, 'unhandledRejection');
});

process.on('SIGTERM', () => end(0));

// ---- Given: the faults. Each strikes from a timer, after its request was answered. ----

const faultDelayMs = 20;
const secondFaultDelayMs = 70;

function valueThatIsNoError(kind, message) {
  if (kind === 'null') return null;
  if (kind === 'undefined') return undefined;
  if (kind === 'object') return { code: message };
  return message;
}

const faults = new Map();

faults.set('throw', (message) => {
  throw new Error(message);
});

faults.set('throw-value', (message, kind) => {
  throw valueThatIsNoError(kind, message);
});

faults.set('reject', (message) => {
  Promise.reject(new Error(message));
});

faults.set('reject-value', (message, kind) => {
  Promise.reject(valueThatIsNoError(kind, message));
});

faults.set('operational', (message) => {
  Promise.reject(Object.assign(new Error(message), { operational: true }));
});

faults.set('throw-twice', (message) => {
  setTimeout(() => {
    throw new Error('a second error while the end is under way');
  }, secondFaultDelayMs - faultDelayMs);
  throw new Error(message);
});

// ---- The server. ----

function sendJson(res, status, body) {
  if (ending) res.setHeader('connection', 'close');
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

function handleRequest(req, res) {
  const url = new URL(req.url, 'http://127.0.0.1');
  const query = url.searchParams;

  if (req.method === 'GET' && url.pathname === '/') {
    sendJson(res, 200, { hello: 'world' });
    return;
  }

  if (req.method === 'GET' && url.pathname === '/slow') {
    setTimeout(() => sendJson(res, 200, { id: query.get('id') }), Number(query.get('ms') ?? 0));
    return;
  }

  if (req.method === 'GET' && url.pathname === '/health') {
    if (operationalErrors > 0) sendJson(res, 200, { status: 'degraded', errors: operationalErrors });
    else sendJson(res, 200, { status: 'healthy' });
    return;
  }

  const fault = faults.get(url.pathname.replace('/fault/', ''));
  if (req.method === 'POST' && fault) {
    sendJson(res, 202, { accepted: true });
    setTimeout(() => fault(query.get('message') ?? 'no message', query.get('kind')), faultDelayMs);
    return;
  }

  sendJson(res, 404, { error: 'not found' });
}

const server = createServer((req, res) => {
  requests.run(req.headers['x-request-id'], () => handleRequest(req, res));
});

const lastCrash = readLastReport();
if (lastCrash) printEvent('recovered', { from: { message: lastCrash.message } });

server.listen(port, '127.0.0.1', () => {
  printEvent('ready', { port: server.address().port });
  tellParent({ type: 'ready', port: server.address().port });
});
