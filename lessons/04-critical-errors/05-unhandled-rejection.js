/**
 * A service that sends receipts behind its answers, and knows what becomes of every promise that no request awaits.
 * Start it with: node 05-unhandled-rejection.js
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { inspect } from 'node:util';

const { env } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  graceMs: Number(env.GRACE_MS ?? 5_000),
  // How long somebody may still come for a rejection of a kind that was expected.
  lateMs: Number(env.LATE_MS ?? 1_000),
  // So many expected failures that reach nobody are bad luck; more of them are a fault of ours.
  lostBudget: Number(env.LOST_BUDGET ?? 100),
  tallyMs: Number(env.TALLY_MS ?? 10_000),
  deliveryMs: Number(env.DELIVERY_MS ?? 0),
  attempts: Number(env.ATTEMPTS ?? 3),
  retryMs: Number(env.RETRY_MS ?? 200),
};

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

/** Written when the call returns, so that no exit can overtake it. */
function complain(event, fields) {
  try {
    writeSync(2, `${JSON.stringify({ event, ...fields })}\n`);
  } catch {
    // Nobody reads stderr any more.
  }
}

/** Something else failed, as it was bound to some day. Every other error is a bug. */
class OperationalError extends Error {
  name = 'OperationalError';
}

const currentRequest = new AsyncLocalStorage();
const mask = (text) => text.replace(/\b(password|token|secret)=[^\s&"']+/gi, '$1=***');

/** A promise may be rejected with anything. `inspect` shows the causes too, which the message alone does not name. */
function describe(reason) {
  const message = mask(reason instanceof Error ? reason.message : inspect(reason));
  return { message, detail: mask(inspect(reason)), requestId: currentRequest.getStore()?.id };
}

/** Prints the first of a kind at once and counts the rest: five hundred equal lines say no more than two. */
class Tally {
  #counts = new Map();

  add(event, facts) {
    const kind = `${event}: ${facts.message.replace(/\d+/g, 'N')}`;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count > 1) return;
    complain(event, facts);
    setTimeout(() => this.#close(kind), settings.tallyMs).unref();
  }

  #close(kind) {
    const more = this.#counts.get(kind) - 1;
    this.#counts.delete(kind);
    if (more > 0) complain('more', { kind, more });
  }

  /** What was only counted so far is said before the end. */
  flush() {
    for (const kind of this.#counts.keys()) this.#close(kind);
  }
}

/** The one way to start what no request waits for, so that every failure is met and the end knows whom to wait for. */
class Background {
  #running = new Map();

  run(name, work) {
    const task = work()
      .catch((error) => reachedNobody(error, describe(error)))
      .finally(() => this.#running.delete(task));
    this.#running.set(task, name);
  }

  get names() {
    return [...this.#running.values()];
  }

  async settled() {
    // A task may start another one.
    while (this.#running.size > 0) await Promise.all(this.#running.keys());
  }
}

const tally = new Tally();
const background = new Background();
process.on('exit', () => tally.flush());

let lost = 0;

/** Decides by the kind of error: a bug ends the process, what was expected is counted, up to a budget. */
function reachedNobody(reason, facts) {
  if (!(reason instanceof OperationalError)) return die(facts);
  lost += 1;
  tally.add('rejection.lost', facts);
  if (lost > settings.lostBudget) die({ ...facts, because: `${lost} rejections reached nobody` });
}

// Promises that are rejected, and that nobody has come for so far.
const unclaimed = new Map();

process.on('unhandledRejection', (reason, promise) => {
  const facts = describe(reason);
  if (!(reason instanceof OperationalError)) return reachedNobody(reason, facts);
  const timer = setTimeout(() => {
    unclaimed.delete(promise);
    reachedNobody(reason, facts);
  }, settings.lateMs);
  unclaimed.set(promise, { facts, timer, sinceMs: performance.now() });
});

process.on('rejectionHandled', (promise) => {
  const late = unclaimed.get(promise);
  if (late === undefined) return;
  clearTimeout(late.timer);
  unclaimed.delete(promise);
  // No harm was done, but by default Node would have ended the process for it.
  tally.add('rejection.late', { ...late.facts, afterMs: Math.round(performance.now() - late.sinceMs) });
});

let dying = false;
let stopping = false;

/** As after every uncaught exception: nothing new is begun, what is in flight is answered, and the end has a limit. */
function die(facts) {
  if (dying) return tally.add('fatal.again', facts);
  dying = true;
  process.exitCode = 1;
  setTimeout(giveUp, settings.graceMs);
  complain('fatal', facts);
  server.close(() => process.exit());
}

// What is thrown in the listeners above comes here, too.
process.on('uncaughtException', (error, origin) => die({ origin, ...describe(error) }));

function giveUp() {
  complain('gave-up', { waitingFor: background.names });
  process.exit(1);
}

async function stop(signal) {
  if (stopping || dying) return;
  stopping = true;
  say('stopping', { signal, background: background.names.length });
  // Not unref'd: a promise holds no process. Where one never settles, the loop would be empty during the wait below,
  // and the process would end there with code 0.
  const limit = setTimeout(giveUp, settings.graceMs);
  await new Promise((resolve) => server.close(resolve));
  await background.settled();
  clearTimeout(limit);
  say('stopped');
}

const setAside = [];

async function sendReceipt(query) {
  const id = query.get('id');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await deliver(query, attempt);
      return say('receipt.sent', { id });
    } catch (error) {
      // What was expected may do better next time. A bug would only fail again.
      if (!(error instanceof OperationalError)) throw error;
      // Not lost, and not tried for ever: it waits for a human, or for the next start.
      if (attempt >= settings.attempts)
        return say('receipt.set-aside', { id, total: setAside.push(id), message: error.message });
      say('receipt.retry', { id, attempt, message: error.message });
      // Longer each time, and never the same for all, or they would all come back at once.
      await delay(settings.retryMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}

/** Stands for a mail server that refuses `fails` times, or never answers at all. */
async function deliver(query, attempt) {
  if (query.has('hangs')) await new Promise(() => {});
  await delay(settings.deliveryMs);
  if (attempt <= Number(query.get('fails')))
    throw new OperationalError('the mail server is busy', { cause: new Error('421 try again later') });
}

/** Stands for work whose promise was forgotten: there is no `await`, and no `catch`, where it is called. */
async function forgotten(query) {
  await null;
  const message = query.get('message') ?? 'forgotten';
  throw query.get('kind') === 'bug' ? new TypeError(message) : new OperationalError(message);
}

const routes = {
  'GET /': async () => [200, { lost, setAside, unclaimed: unclaimed.size }],
  'GET /slow': async (query) => [200, { id: query.get('id'), took: await delay(Number(query.get('ms'))) }],
  async 'POST /receipts'(query) {
    background.run(`receipt ${query.get('id')}`, () => sendReceipt(query));
    return [202, { id: query.get('id') }];
  },
  async 'POST /forgotten'(query) {
    for (let count = Number(query.get('times') ?? 1); count > 0; count -= 1) forgotten(query);
    return [202, {}];
  },
  // Both begin at once and are awaited in turn: as long as the first is awaited, nobody is there for the second.
  async 'GET /report'(query) {
    const figures = forgotten(query);
    await delay(Number(query.get('ms')));
    return [200, await figures];
  },
};

async function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const route = routes[`${request.method} ${pathname}`] ?? (async () => [404, { error: 'no such route' }]);
  // The server itself never looks at what this function returns: a rejection would leave the client without answer.
  const [status, body] = await route(searchParams).catch((error) => {
    complain('request.failed', describe(error));
    return [error instanceof OperationalError ? 503 : 500, { error: 'failed' }];
  });
  if (dying || stopping) response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

const server = createServer((request, response) => {
  currentRequest.run({ id: request.headers['x-request-id'] }, serve, request, response);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, stop);
server.listen(settings.port, '127.0.0.1', () => say('ready', { port: server.address().port }));
