// mistake: Each operational error says that the service becomes degraded, also where it is so already.
// breaks: recovers
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

type Problem = {
  kind: 'uncaughtException' | 'unhandledRejection';
  message: string;
  stack: string | undefined;
  time: string;
  context: { pid: number; uptimeSeconds: number; rssMB: number; requestId: string | undefined };
};

// ---- What can happen, what the service can be, and what it can do ----

type Happening =
  | { type: 'operational-error'; problem: Problem }
  | { type: 'fatal-error'; problem: Problem }
  | { type: 'quiet' }
  | { type: 'asked-to-stop' }
  | { type: 'drained' }
  | { type: 'limit-reached' };

type State =
  | { name: 'healthy' }
  | { name: 'degraded'; errors: number }
  | { name: 'ending'; exitCode: number }
  | { name: 'ended' };

type Effect =
  | { type: 'print'; event: string; fields?: object }
  | { type: 'write-report'; problem: Problem }
  | { type: 'tell-supervisor'; message: object }
  | { type: 'await-quiet' }
  | { type: 'stop-accepting' }
  | { type: 'start-limit' }
  | { type: 'exit'; code: number };

type Step = { state: State; effects: Effect[] };

function next(state: State, happening: Happening): Step {
  switch (state.name) {
    case 'healthy':
    case 'degraded':
      return whileServing(state, happening);
    case 'ending':
      return whileEnding(state, happening);
    case 'ended':
      return { state, effects: [] };
  }
}

function whileServing(state: State, happening: Happening): Step {
  switch (happening.type) {
    case 'operational-error': {
      const logged: Effect = { type: 'print', event: 'error', fields: happening.problem };
      const wait: Effect = { type: 'await-quiet' };
      if (state.name === 'degraded') {
        return {
          state: { name: 'degraded', errors: state.errors + 1 },
          effects: [logged, { type: 'print', event: 'degraded' }, wait],
        };
      }
      const entered: Effect = { type: 'print', event: 'degraded' };
      return { state: { name: 'degraded', errors: 1 }, effects: [logged, entered, wait] };
    }
    case 'quiet':
      return { state: { name: 'healthy' }, effects: [{ type: 'print', event: 'recovered-service' }] };
    case 'fatal-error': {
      const { problem } = happening;
      return {
        state: { name: 'ending', exitCode: 1 },
        effects: [
          { type: 'start-limit' },
          { type: 'print', event: 'error', fields: problem },
          { type: 'write-report', problem },
          { type: 'tell-supervisor', message: { type: 'restart-request', reason: problem.message } },
          { type: 'stop-accepting' },
        ],
      };
    }
    case 'asked-to-stop':
      return {
        state: { name: 'ending', exitCode: 0 },
        effects: [{ type: 'start-limit' }, { type: 'stop-accepting' }],
      };
    default:
      return { state, effects: [] };
  }
}

function whileEnding(state: State & { name: 'ending' }, happening: Happening): Step {
  switch (happening.type) {
    // The first error decided how this run ends; a later one is worth a line, and nothing more.
    case 'fatal-error':
    case 'operational-error':
      return { state, effects: [{ type: 'print', event: 'error', fields: happening.problem }] };
    case 'drained':
      return { state: { name: 'ended' }, effects: [{ type: 'exit', code: state.exitCode }] };
    case 'limit-reached':
      return { state: { name: 'ended' }, effects: [{ type: 'exit', code: 1 }] };
    default:
      return { state, effects: [] };
  }
}

// ---- The hands ----

let state: State = { name: 'healthy' };
let quietTimer: NodeJS.Timeout | undefined;
let messagesUnderWay = 0;
let serverIsClosed = false;

function happen(happening: Happening) {
  const step = next(state, happening);
  state = step.state;
  for (const effect of step.effects) perform(effect);
}

function perform(effect: Effect) {
  switch (effect.type) {
    case 'print':
      process.stdout.write(`${JSON.stringify({ event: effect.event, ...effect.fields })}\n`);
      return;
    case 'write-report':
      writeReport(effect.problem);
      return;
    case 'tell-supervisor':
      tellSupervisor(effect.message);
      return;
    case 'await-quiet':
      clearTimeout(quietTimer);
      quietTimer = setTimeout(() => happen({ type: 'quiet' }), degradedMs);
      return;
    case 'stop-accepting':
      server.close(() => {
        serverIsClosed = true;
        reportWhenDrained();
      });
      return;
    case 'start-limit':
      setTimeout(() => happen({ type: 'limit-reached' }), shutdownTimeoutMs);
      return;
    case 'exit':
      // The empty write is queued behind every line before it.
      process.stdout.write('', () => process.exit(effect.code));
  }
}

// Drained is: every answer given, and every message handed over. An exit can lose a message that was just sent.
function reportWhenDrained() {
  if (serverIsClosed && messagesUnderWay === 0) happen({ type: 'drained' });
}

function tellSupervisor(message: object) {
  if (!process.send || !process.connected) return;
  messagesUnderWay += 1;
  process.send(message, undefined, undefined, () => {
    messagesUnderWay -= 1;
    reportWhenDrained();
  });
}

// ---- Crash reports: a report that was told of at a start loses its ending, so that it is told once ----

function writeReport(problem: Problem) {
  const file = join(crashDir, `${problem.time.replaceAll(':', '.')}-${problem.context.pid}.json`);
  try {
    mkdirSync(crashDir, { recursive: true });
    // Renamed into place, so that nobody finds half a report.
    writeFileSync(`${file}.partial`, `${JSON.stringify(problem, null, 2)}\n`);
    renameSync(`${file}.partial`, file);
  } catch (error) {
    console.error('No crash report:', (error as Error).message);
  }
}

function takeLastReport(): Problem | undefined {
  try {
    const newest = readdirSync(crashDir)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .at(-1);
    if (!newest) return undefined;
    const problem = JSON.parse(readFileSync(join(crashDir, newest), 'utf8')) as Problem;
    renameSync(join(crashDir, newest), join(crashDir, `${newest}.told`));
    return problem;
  } catch {
    return undefined;
  }
}

// ---- The senses: each turns something outside into a happening ----

const currentRequestId = new AsyncLocalStorage<string | undefined>();

function masked(text: string) {
  return text.replace(/((?:password|token)=)[^\s&,;'"]+/gi, '$1[masked]');
}

function problemFrom(thrown: unknown, kind: Problem['kind']): Problem {
  const error = thrown instanceof Error ? thrown : undefined;
  const readable = error?.message ?? (typeof thrown === 'string' ? thrown : inspect(thrown));
  return {
    kind,
    message: masked(readable),
    stack: error?.stack && masked(error.stack),
    time: new Date().toISOString(),
    context: {
      pid: process.pid,
      uptimeSeconds: Math.round(process.uptime() * 1000) / 1000,
      rssMB: Math.round(process.memoryUsage.rss() / 1e6),
      requestId: currentRequestId.getStore(),
    },
  };
}

process.on('uncaughtException', (error) => {
  happen({ type: 'fatal-error', problem: problemFrom(error, 'uncaughtException') });
});

process.on('unhandledRejection', (reason) => {
  const expected = reason instanceof Error && 'operational' in reason && reason.operational === true;
  const problem = problemFrom(reason, 'unhandledRejection');
  happen({ type: expected ? 'operational-error' : 'fatal-error', problem });
});

process.on('SIGTERM', () => happen({ type: 'asked-to-stop' }));

// A reader of our output that went away must not become one more error to write about.
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
  const going = state.name === 'ending';
  res.writeHead(status, { 'content-type': 'application/json', ...(going && { connection: 'close' }) });
  res.end(JSON.stringify(body));
}

function health() {
  return state.name === 'degraded' ? { status: 'degraded', errors: state.errors } : { status: 'healthy' };
}

function handleRequest(req: IncomingMessage, res: ServerResponse) {
  const { pathname, searchParams: query } = new URL(req.url ?? '/', 'http://127.0.0.1');
  const fault = faults.get(pathname.replace('/fault/', ''));

  if (req.method === 'POST' && fault) {
    sendJson(res, 202, { accepted: true });
    setTimeout(() => fault(query.get('message') ?? 'no message', query.get('kind')), faultDelayMs);
  } else if (pathname === '/') {
    sendJson(res, 200, { hello: 'world' });
  } else if (pathname === '/slow') {
    setTimeout(() => sendJson(res, 200, { id: query.get('id') }), Number(query.get('ms') ?? 0));
  } else if (pathname === '/health') {
    sendJson(res, 200, health());
  } else {
    sendJson(res, 404, { error: 'not found' });
  }
}

const server = createServer((req, res) => {
  const id = req.headers['x-request-id'];
  currentRequestId.run(Array.isArray(id) ? id[0] : id, handleRequest, req, res);
});

const lastCrash = takeLastReport();
if (lastCrash) perform({ type: 'print', event: 'recovered', fields: { from: lastCrash } });

server.listen(port, '127.0.0.1', () => {
  const address = server.address() as AddressInfo;
  perform({ type: 'print', event: 'ready', fields: { port: address.port } });
  perform({ type: 'tell-supervisor', message: { type: 'ready', port: address.port } });
});
