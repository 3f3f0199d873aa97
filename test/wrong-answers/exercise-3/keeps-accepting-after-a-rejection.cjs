// mistake: After a fatal rejection new connections are served until the requests in flight are answered.
// breaks: rejections-end-in-order
'use strict';
const { AsyncLocalStorage } = require('node:async_hooks');
const { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { join } = require('node:path');
const { inspect } = require('node:util');
const port = Number(process.env.PORT ?? 3e3);
const crashDir = process.env.CRASH_DIR ?? './crashes';
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5e3);
const degradedMs = Number(process.env.DEGRADED_MS ?? 5e3);
const currentRequest = new AsyncLocalStorage();
function printEvent(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}
`);
}
function maskSecrets(text) {
  return text.replace(/\b(password|token)=[^\s&,;'"]+/gi, '$1=***');
}
function describe(thrown) {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown === 'string') return thrown;
  return inspect(thrown, { depth: 2 });
}
function recordOf(thrown, kind) {
  const requestId = currentRequest.getStore()?.id;
  return {
    kind,
    message: maskSecrets(describe(thrown)),
    ...(thrown instanceof Error && thrown.stack ? { stack: maskSecrets(thrown.stack) } : {}),
    context: {
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      rssMB: process.memoryUsage.rss() / 2 ** 20,
      ...(requestId ? { requestId } : {}),
    },
  };
}
function isOperational(reason) {
  return reason instanceof Error && reason.operational === true;
}
const seenMark = join(crashDir, 'last-report-seen');
function writeCrashReport(record) {
  const time = new Date().toISOString();
  const file = join(crashDir, `crash-${time.replaceAll(':', '-')}-${process.pid}.json`);
  try {
    mkdirSync(crashDir, { recursive: true });
    writeFileSync(`${file}.partial`, JSON.stringify({ ...record, time }, null, 2));
    renameSync(`${file}.partial`, file);
  } catch (error) {
    console.error(`The crash report could not be written: ${describe(error)}`);
  }
}
function tellOfTheLastCrash() {
  try {
    const reports = readdirSync(crashDir).filter((name) => name.endsWith('.json'));
    const newest = reports.sort().at(-1);
    if (!newest || newest === readIfThere(seenMark)) return;
    writeFileSync(seenMark, newest);
    const { message, kind, time } = JSON.parse(readFileSync(join(crashDir, newest), 'utf8'));
    printEvent('recovered', { from: { message, kind, time, report: newest } });
  } catch (error) {
    if (error.code !== 'ENOENT') {
      console.error(`The last crash report could not be read: ${describe(error)}`);
    }
  }
}
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
function tellSupervisor(message) {
  return new Promise((resolve) => {
    if (!process.send || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}
function flushed(stream) {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
let operationalErrors = 0;
let recovery;
function degrade() {
  operationalErrors += 1;
  if (recovery) {
    recovery.refresh();
    return;
  }
  printEvent('degraded');
  recovery = setTimeout(() => {
    recovery = undefined;
    operationalErrors = 0;
    printEvent('recovered-service');
  }, degradedMs);
}
let ending = false;
let open = 0;
async function end(exitCode, fatal) {
  if (ending) return;
  ending = true;
  setTimeout(() => process.exit(1), shutdownTimeoutMs);
  const drained = new Promise((resolve) => {
    if (fatal?.kind !== 'unhandledRejection') return server.close(() => resolve());
    const look = () => {
      if (open === 0) server.close(() => resolve());
      else setTimeout(look, 20);
    };
    look();
  });
  if (fatal) {
    writeCrashReport(fatal);
    await tellSupervisor({ type: 'restart-request', reason: fatal.message });
  }
  await drained;
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(exitCode);
}
process.on('uncaughtException', (error) => {
  const record = recordOf(error, 'uncaughtException');
  printEvent('error', record);
  void end(1, record);
});
process.on('unhandledRejection', (reason) => {
  const record = recordOf(reason, 'unhandledRejection');
  printEvent('error', record);
  if (isOperational(reason)) degrade();
  else void end(1, record);
});
process.on('SIGTERM', () => void end(0));
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
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
function sendJson(res, status, body) {
  if (ending) res.setHeader('connection', 'close');
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}
function handleRequest(req, res) {
  const url = new URL(req.url ?? '/', 'http://127.0.0.1');
  const query = url.searchParams;
  open += 1;
  res.once('close', () => (open -= 1));
  if (req.method === 'GET' && url.pathname === '/') {
    sendJson(res, 200, { hello: 'world' });
    return;
  }
  if (req.method === 'GET' && url.pathname === '/slow') {
    setTimeout(() => sendJson(res, 200, { id: query.get('id') }), Number(query.get('ms') ?? 0));
    return;
  }
  if (req.method === 'GET' && url.pathname === '/health') {
    const health = recovery ? { status: 'degraded', errors: operationalErrors } : { status: 'healthy' };
    sendJson(res, 200, health);
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
  const id = req.headers['x-request-id'];
  if (typeof id === 'string') currentRequest.run({ id }, handleRequest, req, res);
  else handleRequest(req, res);
});
tellOfTheLastCrash();
server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  printEvent('ready', { port: address.port });
  void tellSupervisor({ type: 'ready', port: address.port });
});
