// Exercise 3: error recovery system. The brief is in exercise-3.md.
// The server and its faults are given. What happens after a fault is yours: look for "Yours".

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const port = Number(process.env.PORT ?? 3000);
const crashDir = process.env.CRASH_DIR ?? './crashes';
const shutdownTimeoutMs = Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);
const degradedMs = Number(process.env.DEGRADED_MS ?? 5000);

// An event line: one JSON object on a line of its own, with a field "event".
function printEvent(event: string, fields: object = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

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

// ---- Given: the server. ----

function sendJson(res: ServerResponse, status: number, body: object) {
  res.writeHead(status, { 'content-type': 'application/json' });
  res.end(JSON.stringify(body));
}

function handleRequest(req: IncomingMessage, res: ServerResponse) {
  const url = new URL(req.url ?? '/', 'http://127.0.0.1');
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
    // Yours: after an operational error this is { status: 'degraded', errors: N } for a while.
    sendJson(res, 200, { status: 'healthy' });
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

const server = createServer(handleRequest);

// ---- Yours: what happens after a fault. ----
//
// TODO: an uncaught exception, and a rejection that is not operational, ends the service: an "error" line, a crash
//       report in crashDir, a restart request to the supervisor, the answers that are still owed, exit code 1,
//       all of it within shutdownTimeoutMs.
// TODO: an operational rejection is an "error" line and the degraded mode, until degradedMs pass without another.
// TODO: SIGTERM ends the service cleanly, with exit code 0.
// TODO: at start, say "recovered" where the last run ended in a crash, and tell the supervisor that the service is ready.

server.listen(port, '127.0.0.1', () => {
  const address = server.address() as AddressInfo;
  printEvent('ready', { port: address.port });
  console.error(
    `Crash reports go to ${crashDir}; limit ${shutdownTimeoutMs} ms; degraded for ${degradedMs} ms.`,
  );
});
