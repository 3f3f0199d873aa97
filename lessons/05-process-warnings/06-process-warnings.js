/**
 * A shop that reads its own warnings: the first of each kind is printed, the others are counted, and what may be a leak
 * is looked at again.
 * Start it with: node --no-warnings 06-process-warnings.js
 */
import { EventEmitter, getEventListeners } from 'node:events';
import { createServer } from 'node:http';
import { deprecate } from 'node:util';

const { env } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  summaryMs: Number(env.SUMMARY_MS ?? 60_000),
  leakCheckMs: Number(env.LEAK_CHECK_MS ?? 10_000),
};

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

/** Counts by name and code, because a message may hold an id, and a count for each id counts nothing. */
class WarningLog {
  #kinds = new Map();

  take(warning) {
    const kind = [warning.name, warning.code, warning.type].filter(Boolean).join(' ');
    const seen = this.#kinds.get(kind) ?? { total: 0, told: 0 };
    this.#kinds.set(kind, seen);
    seen.total += 1;
    if (seen.total > 1) return;
    seen.told = 1;
    const { name, code, message, detail } = warning;
    say('warning', { name, code, message, detail, where: placeIn(warning.stack) });
  }

  get totals() {
    return Object.fromEntries([...this.#kinds].map(([kind, { total }]) => [kind, total]));
  }

  /** What came since the last summary; nothing is printed where nothing came. */
  summarise() {
    const fresh = [...this.#kinds].filter(([, { total, told }]) => total > told);
    if (fresh.length === 0) return;
    say('warnings', Object.fromEntries(fresh.map(([kind, { total, told }]) => [kind, total - told])));
    for (const [, seen] of fresh) seen.told = seen.total;
  }
}

/** The first line of the stack that is our own: what `--trace-warnings` is for, without the flag. */
const placeIn = (stack = '') =>
  stack
    .split('\n')
    .find((line) => /^ +at /.test(line) && !line.includes('node:'))
    ?.trim();

/**
 * Node says once that an emitter has many listeners, and is silent from then on. Whether that is a leak shows only
 * later: a leak grows, a fan-out stays as it is.
 */
function watchListeners({ emitter, target, type, count }) {
  // Weakly, or the watch for leaks would be one.
  const watched = new WeakRef(emitter ?? target);
  let before = count;
  let steady = false;
  const timer = setInterval(() => {
    const owner = watched.deref();
    if (owner === undefined) return clearInterval(timer);
    // Unlike `listenerCount`, for an EventTarget as well, which the warning calls its `target`.
    const now = getEventListeners(owner, type).length;
    if (now > before) say('leak.suspected', { type, from: before, to: now });
    else if (!steady) say('listeners.steady', { type, listeners: now });
    steady = now <= before;
    before = now;
  }, settings.leakCheckMs);
  timer.unref();
}

const warnings = new WarningLog();
// A warning that is emitted in the very first line still comes here: Node hands it over in the next tick.
process.on('warning', (warning) => {
  try {
    warnings.take(warning);
    if (warning.name === 'MaxListenersExceededWarning') watchListeners(warning);
  } catch (error) {
    // An error that leaves this listener is an uncaught exception, and a warning must not end the process.
    say('warning.unreadable', { message: String(error?.message) });
  }
});
setInterval(() => warnings.summarise(), settings.summaryMs).unref();
process.on('exit', () => warnings.summarise());

const given = new Set();

/** `process.emitWarning` says everything as often as it is told; `util.deprecate` is the one that says it once. */
function warnOnce(message, options) {
  if (given.has(options.code)) return;
  given.add(options.code);
  process.emitWarning(message, options);
}

const price = (id) => ({ id, cents: 1_299 });
// The code is what a reader can search for, and what `--disable-warning=SHOP001` takes.
const oldPrice = deprecate((id) => price(id).cents / 100, 'oldPrice() rounds; use price()', 'SHOP001');

function warnOfStock(age) {
  process.emitWarning(`the stock is ${age} minutes old`, {
    // With a type of its own it can be told apart, and disabled, without reading the message.
    type: 'StaleStockWarning',
    code: 'SHOP002',
    detail: 'Prices are right, quantities may be wrong. See the runbook, "Stock import".',
  });
}

const orders = new EventEmitter();
const times = (query, act) => {
  for (let count = Number(query.get('times') ?? 1); count > 0; count -= 1) act(count);
};

const routes = {
  'GET /': (query) => price(query.get('id')),
  'GET /old-price': (query) => ({ price: oldPrice(query.get('id')) }),
  'GET /warnings': () => warnings.totals,
  'POST /stale': (query) => times(query, warnOfStock),
  'POST /default-key': (query) =>
    times(query, () => warnOnce('the default key is in use', { type: 'ConfigWarning', code: 'SHOP003' })),
  // Each stands for a request that listens for orders, and never takes its listener off again.
  'POST /listeners': (query) => times(query, () => orders.on('order', () => {})),
  // Whoever emits an Error of their own may give it any fields, also one that JSON cannot write.
  'POST /odd': () => process.emitWarning(Object.assign(new Error('the count is odd'), { detail: 10n })),
};

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const route = routes[`${request.method} ${pathname}`];
  const body = route === undefined ? { error: 'no such route' } : (route(searchParams) ?? {});
  response.writeHead(route === undefined ? 404 : 200, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
});

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close());
server.listen(settings.port, '127.0.0.1', () => say('ready', { port: server.address().port }));
