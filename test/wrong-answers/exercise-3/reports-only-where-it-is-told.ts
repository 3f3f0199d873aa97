// mistake: Writes no report where CRASH_DIR is unset, although the setting has a default.
// breaks: leaves-a-crash-report
// One way out: whatever ends the service goes through a single async function that reads from top to bottom.
import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';

const port = Number(process.env.PORT ?? 3000);
const crashDir = process.env.CRASH_DIR ?? './crashes';
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);
const degradedMs = Number(process.env.DEGRADED_MS ?? 5000);

type Kind = 'uncaughtException' | 'unhandledRejection';

type FaultRecord = {
  kind: Kind;
  message: string;
  stack?: string;
  context: { pid: number; uptimeSeconds: number; rssMB: number; requestId?: string };
};

const currentRequest = new AsyncLocalStorage<{ id: string }>();

function printEvent(event: string, fields: object = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

// A log is read by more people than the database is.
function maskSecrets(text: string) {
  return text.replace(/\b(password|token)=[^\s&,;'"]+/gi, '$1=***');
}

// Anything may be thrown, so nothing may be assumed about it, not even that it can be turned into a string.
function describe(thrown: unknown) {
  if (thrown instanceof Error) return thrown.message;
  if (typeof thrown === 'string') return thrown;
  return inspect(thrown, { depth: 2 });
}

function recordOf(thrown: unknown, kind: Kind): FaultRecord {
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

function isOperational(reason: unknown) {
  return reason instanceof Error && (reason as { operational?: unknown }).operational === true;
}

// ---- Crash reports ----

const seenMark = join(crashDir, 'last-report-seen');

// Written synchronously: after an uncaught exception the loop may be the very thing that no longer works.
// Renamed into place, so that whoever collects the reports never reads half of one.
function writeCrashReport(record: FaultRecord) {
  const time = new Date().toISOString();
  const file = join(crashDir, `crash-${time.replaceAll(':', '-')}-${process.pid}.json`);
  if (!process.env.CRASH_DIR) return;
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
    // A first start has no directory yet, and a service must not fail to start because of its crash reports.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
      console.error(`The last crash report could not be read: ${describe(error)}`);
    }
  }
}

function readIfThere(file: string) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

// ---- The supervisor ----

// Resolves when the message has left, or cannot leave: an exit right after `send` can lose it.
function tellSupervisor(message: object) {
  return new Promise<void>((resolve) => {
    if (!process.send || !process.connected) return resolve();
    process.send(message, undefined, undefined, () => resolve());
  });
}

function flushed(stream: NodeJS.WriteStream) {
  return new Promise<void>((resolve) => {
    stream.write('', () => resolve());
  });
}

// ---- Degraded mode ----

let operationalErrors = 0;
let recovery: NodeJS.Timeout | undefined;

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

// ---- The way out ----

let ending = false;

async function end(exitCode: 0 | 1, fatal?: FaultRecord) {
  if (ending) return;
  ending = true;
  // Not unref'd: when everything else is gone the exit below has come already, and until then the limit must hold.
  setTimeout(() => process.exit(1), shutdownTimeoutMs);

  const drained = new Promise<void>((resolve) => server.close(() => resolve()));
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

// Whoever read our output is gone: writing about it would fail again, and again.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// ---- Given: the faults. Each strikes from a timer, after its request was answered. ----

const faultDelayMs = 20;
const secondFaultDelayMs = 70;

function valueThatIsNoError(kind: string | null, message: string): unknown {
  if (kind === 'null') return null;
  if (kind === 'undefined') return undefined;
  if (kind === 'object') return { code: message };
  return message;
}

type Fault = (message: string, kind: string | null) => void;

const faults = new Map<string, Fault>();

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

// ---- The server ----

function sendJson(res: ServerResponse, status: number, body: object) {
  // A connection that was busy when the end began would otherwise be kept alive after its answer.
  if (ending) res.setHeader('connection', 'close');
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

function handleRequest(req: IncomingMessage, res: ServerResponse) {
  const url = new URL(req.url ?? '/', 'http://127.0.0.1');
  const query = url.searchParams;

  // Only a client that kept its connection gets here during the end.
  if (ending) {
    sendJson(res, 503, { error: 'the service is going down' });
    return;
  }

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
  const address = server.address() as AddressInfo;
  printEvent('ready', { port: address.port });
  void tellSupervisor({ type: 'ready', port: address.port });
});
