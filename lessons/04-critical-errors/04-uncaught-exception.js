/**
 * A service that an uncaught exception ends in good order: it reports, answers what it has begun, asks for its
 * replacement, and goes.
 * Start it with: node 04-uncaught-exception.js    With its supervisor: SUPERVISE=1 node 04-uncaught-exception.js
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { fork } from 'node:child_process';
import { mkdirSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const { env, pid } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  crashDir: env.CRASH_DIR ?? 'crashes',
  // Below the patience of the platform, which may send SIGTERM, and later SIGKILL, at any moment.
  graceMs: Number(env.GRACE_MS ?? 5_000),
  startFails: env.START_FAILS === '1',
  backoffMs: Number(env.BACKOFF_MS ?? 500),
  // A run that lasted longer than this has nothing to do with the crash before it.
  stableMs: Number(env.STABLE_MS ?? 60_000),
  maxCrashes: Number(env.MAX_CRASHES ?? 5),
};

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

/** For the last words: they are written when the call returns, so that no exit can overtake them. */
function complain(event, fields) {
  try {
    writeSync(2, `${JSON.stringify({ event, ...fields })}\n`);
  } catch {
    // Nobody reads stderr any more, which is no reason to stay.
  }
}

/** Something else failed, as it was bound to some day, and there is a way to go on. Every other error is a bug. */
class OperationalError extends Error {
  name = 'OperationalError';
}

// Follows each request through timers and promises, and is still there in the listener for uncaughtException.
const currentRequest = new AsyncLocalStorage();

// More people may read a log than may read the database.
const mask = (text) => text.replace(/\b(password|token|secret)=[^\s&"']+/gi, '$1=***');

/** Anything may be thrown, even an Error that throws when it is read, so this one may not. */
function describe(thrown) {
  try {
    if (!(thrown instanceof Error)) return { message: mask(inspect(thrown)) };
    // Unlike the stack alone, `inspect` shows the chain of causes as well, and fields such as `code`.
    return { message: mask(thrown.message), detail: mask(inspect(thrown)) };
  } catch {
    return { message: `something that cannot be described, of type ${typeof thrown}` };
  }
}

/** Synchronous, because nothing is known any more of the loop; renamed, so that nobody reads half of it. */
function writeReport(facts) {
  const file = join(settings.crashDir, `crash-${Date.now()}-${pid}.json`);
  const { version: node, memoryUsage, uptime } = process;
  const context = { pid, node, uptimeSeconds: uptime(), rssMB: memoryUsage.rss() / 2 ** 20 };
  mkdirSync(settings.crashDir, { recursive: true });
  writeFileSync(`${file}.part`, JSON.stringify({ time: new Date(), ...facts, context }, null, 2));
  renameSync(`${file}.part`, file);
}

let dying = false;
let stopping = false;
let drained;

/** No new connections from now on. Resolves when the last answer is out. */
function drain() {
  drained ??= new Promise((resolve) => server.close(resolve));
  return drained;
}

/** An unhandled rejection comes here as well, with that origin, as long as nobody listens for it. */
function onFatal(error, origin) {
  const facts = { origin, ...describe(error), requestId: currentRequest.getStore()?.id };
  // An error on the way out neither begins the end anew nor moves its limit.
  if (dying) return complain('fatal.again', facts);
  dying = true;
  // Before anything that may fail: whatever becomes of the rest, this process ends, and not with code 0.
  process.exitCode = 1;
  setTimeout(giveUp, settings.graceMs);
  complain('fatal', facts);
  try {
    writeReport(facts);
  } catch (failure) {
    complain('report.failed', describe(failure));
  }
  // To drain is to free the port, and then the next one may have it. What else holds the loop is not known any more,
  // so `process.exit` is right here, unlike in a stop.
  Promise.all([drain(), askForReplacement(facts.message)]).finally(() => process.exit());
}

/** Resolves when the message is out: `process.exit` would drop one that is still on its way. */
function askForReplacement(reason) {
  if (process.connected) return new Promise((sent) => process.send({ type: 'leaving', reason }, sent));
}

async function stop(signal) {
  if (stopping || dying) return;
  stopping = true;
  say('stopping', { signal });
  setTimeout(giveUp, settings.graceMs).unref();
  await drain();
  say('stopped');
}

function giveUp() {
  complain('gave-up', { after: settings.graceMs });
  process.exit(1);
}

const rates = { down: false, lastKnown: 1.08, degraded: false };

/** Stands for a question to another service. */
async function askForRate() {
  if (rates.down) throw new OperationalError('the rate service does not answer');
  return 1.09;
}

/** Goes on with the last known rate, says so in the answer, and logs the change instead of every request. */
async function currentRate() {
  const before = rates.degraded;
  try {
    rates.lastKnown = await askForRate();
    rates.degraded = false;
  } catch (error) {
    // A bug in `askForRate` is not what this way out is for.
    if (!(error instanceof OperationalError)) throw error;
    rates.degraded = true;
  }
  if (before !== rates.degraded) say(rates.degraded ? 'degraded' : 'recovered');
  return { rate: rates.lastKnown, stale: rates.degraded };
}

const routes = {
  'GET /': () => ({ pid }),
  'GET /price': async (query) => ({ id: query.get('id'), ...(await currentRate()) }),
  'GET /bug': () => JSON.parse('{"price":'),
  'GET /stuck': () => new Promise(() => {}),
  'POST /rates': (query) => Object.assign(rates, { down: query.get('down') === '1' }),
  'POST /fault': (query) => void setTimeout(strike, 10, query.get('message'), query.get('then')),
};

/** A bug that strikes after the answer, where no request, and no `try`, is around it any more. */
function strike(message, then) {
  if (then) setImmediate(strike, then);
  throw message === null ? null : new Error(message);
}

/** The boundary: all that a request has begun is known here, and goes with it. */
async function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const route = routes[`${request.method} ${pathname}`];
  try {
    if (searchParams.has('ms')) await delay(Number(searchParams.get('ms')));
    if (route === undefined) answer(response, 404, { error: 'no such route' });
    else answer(response, 200, await route(searchParams));
  } catch (error) {
    const requestId = currentRequest.getStore().id;
    complain('request.failed', { ...describe(error), requestId });
    answer(response, error instanceof OperationalError ? 503 : 500, { error: 'failed', requestId });
  }
}

function answer(response, status, body) {
  if (dying || stopping) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  currentRequest.run({ id: request.headers['x-request-id'] }, serve, request, response);
});

/** A process of its own: what is broken cannot be trusted to mend itself, and what is killed cannot. */
async function supervise() {
  const stopped = new AbortController();
  const living = new Set();
  for (const signal of ['SIGTERM', 'SIGINT'])
    process.on(signal, () => {
      stopped.abort();
      for (const worker of living) worker.kill(signal);
    });
  for (let crashes = 1; ; crashes += 1) {
    const bornMs = performance.now();
    const worker = fork(fileURLToPath(import.meta.url), { env: { ...env, SUPERVISE: '' } });
    living.add(worker);
    worker.on('exit', (code, signal) => {
      living.delete(worker);
      say('worker.exit', { code, signal });
    });
    const reason = await leaves(worker);
    if (stopped.signal.aborted) return;
    if (performance.now() - bornMs > settings.stableMs) crashes = 1;
    if (crashes > settings.maxCrashes) {
      // What cannot start is for a human, or for a platform that may try another machine.
      process.exitCode = 1;
      return say('surrendered', { reason });
    }
    const waitMs = settings.backoffMs * 2 ** (crashes - 1);
    say('restart', { crashes, waitMs, reason });
    await delay(waitMs, undefined, { signal: stopped.signal }).catch(() => {});
    if (stopped.signal.aborted) return;
  }
}

/** Resolves when the worker asks for its replacement, having freed its port, or is gone without a word. */
function leaves(worker) {
  return new Promise((resolve) => {
    worker.on('message', ({ reason }) => resolve(reason));
    worker.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

if (env.SUPERVISE === '1') await supervise();
else {
  // Before the first line that may throw.
  process.on('uncaughtException', onFatal);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
  if (settings.startFails) throw new Error('the settings make no sense');
  server.listen(settings.port, '127.0.0.1', () => say('ready', { port: server.address().port, pid }));
}
