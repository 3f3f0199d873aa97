/**
 * A service that prices orders, keeps measures of itself, and can be examined while it runs.
 * Start it with: DEBUG_TOKEN=open-sesame node 07-performance-monitoring.js --name prices-1
 */
import { EventEmitter, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { createHistogram, monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { queryObjects, writeHeapSnapshot } from 'node:v8';
import { Worker } from 'node:worker_threads';

const { env } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  folder: env.DIAG_DIR ?? '.',
  // Whoever may examine a process may read its memory, and with it every secret in it. Without a token, nobody may.
  token: env.DEBUG_TOKEN ?? '',
  profileMs: Number(env.PROFILE_MS ?? 10_000),
  coolDownMs: Number(env.COOL_DOWN_MS ?? 60_000),
  stuckMs: Number(env.STUCK_MS ?? 250),
  exportMs: Number(env.EXPORT_MS ?? 1_000),
};

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const round = (value) => Math.round(value * 100) / 100;

/** Percentiles, because an average hides the slow tenth; and the maximum, because percentiles hide the one. */
const summary = (histogram) => ({
  count: Number(histogram.count),
  meanMs: histogram.count > 0 ? round(histogram.mean / 1e6) : 0,
  p50Ms: round(histogram.percentile(50) / 1e6),
  p99Ms: round(histogram.percentile(99) / 1e6),
  maxMs: histogram.count > 0 ? round(histogram.max / 1e6) : 0,
});

/** Durations by name, in histograms: they take the same memory however much is measured. */
function collectTimings() {
  const timings = new Map();
  const observer = new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) {
      if (!timings.has(name)) timings.set(name, createHistogram());
      // A histogram counts whole numbers from 1 on.
      timings.get(name).record(Math.max(1, Math.round(duration * 1e6)));
    }
    // Beside the observer's list Node keeps every measure in its own, until it is told to forget them.
    performance.clearMeasures();
  });
  observer.observe({ entryTypes: ['measure', 'gc'] });
  return timings;
}

/** Answers "what is this process doing?", one question at a time: every answer costs the users something. */
class Examination {
  #running = false;
  #freeAtMs = 0;

  async run(what, examine) {
    if (this.#running) return [409, { error: 'an examination is under way' }];
    const waitMs = Math.ceil(this.#freeAtMs - performance.now());
    // An alert that asks for one each time that it fires would otherwise slow the process until it fires again.
    if (waitMs > 0) return [429, { error: 'the last examination was a moment ago', waitMs }];
    this.#running = true;
    try {
      const found = await examine(join(settings.folder, `${what}-${process.pid}-${Date.now()}`));
      say('examined', { what, ...found });
      return [200, found];
    } finally {
      this.#running = false;
      this.#freeAtMs = performance.now() + settings.coolDownMs;
    }
  }
}

/** Looks which function runs, a thousand times a second, and writes it down for a viewer. */
async function profileCpu(path) {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 1_000 });
    await session.post('Profiler.start');
    await delay(settings.profileMs);
    const { profile } = await session.post('Profiler.stop');
    await writeFile(`${path}.cpuprofile`, JSON.stringify(profile));
    return { file: `${path}.cpuprofile`, ...hottestOf(profile) };
  } finally {
    session.disconnect();
  }
}

/** Self time: in the function's own lines. Total time: until it returned, with all that it called. */
function hottestOf({ nodes, samples, timeDeltas }) {
  const nodeOf = new Map(nodes.map((node) => [node.id, node]));
  const callerOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const times = new Map();
  for (const [index, id] of samples.entries()) {
    const stack = [];
    for (let at = id; at !== undefined; at = callerOf.get(at)) stack.push(nameOf(nodeOf.get(at)));
    // A set, because a recursive function is on the stack twice, and its time passes once.
    for (const name of new Set(stack)) {
      const { selfMs = 0, totalMs = 0 } = times.get(name) ?? {};
      const ms = timeDeltas[index] / 1_000;
      times.set(name, { name, selfMs: selfMs + (name === stack[0] ? ms : 0), totalMs: totalMs + ms });
    }
  }
  // "(program)" and "(garbage collector)" are not ours, nor is what Node does itself.
  const own = new Set(nodes.filter(({ callFrame: { url } }) => url.startsWith('file:')).map(nameOf));
  const hottest = [...times.values()]
    .filter(({ name }) => own.has(name))
    .sort((a, b) => b.selfMs - a.selfMs || b.totalMs - a.totalMs)
    .slice(0, 5)
    .map(({ name, selfMs, totalMs }) => ({ name, selfMs: Math.round(selfMs), totalMs: Math.round(totalMs) }));
  return { profiledMs: Math.round(times.get('(root)').totalMs), hottest };
}

const nameOf = ({ callFrame: { functionName } }) => functionName || '(anonymous)';

/** Everything that is on the heap and what holds it. The loop stands still meanwhile, so it says for how long. */
async function snapshotHeap(path) {
  const begunAtMs = performance.now();
  const file = writeHeapSnapshot(`${path}.heapsnapshot`);
  return { file, blockedMs: round(performance.now() - begunAtMs) };
}

/** Every session listens to the clock; whoever forgets to take that listener away keeps the session. */
class UserSession {
  rights = new Array(100).fill('read');
  refresh = () => this.rights.sort();

  constructor() {
    clock.on('tick', this.refresh);
  }
}
const clock = new EventEmitter().setMaxListeners(0);
const open = [];

function priceOrder(items) {
  let total = 0;
  for (let item = 0; item < items; item += 1) for (const step of steps) total += step(item);
  return total;
}
const addTax = (item) => item % 19;
const addDeposit = (item) => item % 25;
const addShipping = (item) => (item > 50 ? 0 : 5);
const addInsurance = (item) => item % 3;

/** Stands for the function that nobody suspects. */
function applyDiscounts(item) {
  let price = item;
  for (let rule = 0; rule < 20_000; rule += 1) price = (price * 31 + rule) % 1_009;
  return price;
}
const steps = [addTax, addDeposit, addShipping, addInsurance, applyDiscounts];

function renderExport(ms) {
  const endAtMs = performance.now() + ms;
  while (performance.now() < endAtMs);
}

const timings = collectTimings();
const delays = monitorEventLoopDelay({ resolution: 10 });
const examination = new Examination();
const routes = {
  'GET /': async () => [200, {}],
  'GET /price': async (query) => [200, { total: priceOrder(Number(query.get('items') ?? 10)) }],
  'GET /wait': async (query) => [200, await delay(Number(query.get('ms')), {})],
  'GET /export': async () => [200, renderExport(settings.exportMs) ?? {}],
  'POST /sessions': async (query) => {
    for (let left = Number(query.get('open')); left > 0; left -= 1) open.push(new UserSession());
    for (const session of open.splice(0, Number(query.get('close'))))
      if (!query.has('forget')) clock.off('tick', session.refresh);
    return [200, { open: open.length }];
  },
  'GET /metrics': async () => {
    const utilization = round(performance.eventLoopUtilization().utilization);
    const byName = Object.fromEntries([...timings].map(([name, histogram]) => [name, summary(histogram)]));
    const measuresKept = performance.getEntriesByType('measure').length;
    return [200, { timings: byName, loop: { ...summary(delays), utilization }, measuresKept }];
  },
  'POST /debug/cpu-profile': () => examination.run('cpu', profileCpu),
  'POST /debug/heap-snapshot': () => examination.run('heap', snapshotHeap),
  // Collects, and counts what could not be collected: a question about one class costs no file and shows no secret.
  'POST /debug/sessions': () =>
    examination.run('sessions', async () => ({ open: open.length, alive: queryObjects(UserSession) })),
};

const mayExamine = ({ headers }) => settings.token !== '' && headers['x-debug-token'] === settings.token;

async function answer(request, response) {
  const start = performance.now();
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  const name = `${request.method} ${pathname}`;
  const forbidden = pathname.startsWith('/debug/') && !mayExamine(request);
  const [status, body] = forbidden ? [403, {}] : ((await routes[name]?.(searchParams)) ?? [404, {}]);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  // Named by the route and never by the address, or each visitor would add a name.
  if (name in routes) performance.measure(name, { start });
}

/** The loop that is stuck cannot say so, or where. A thread that misses its beats can. */
async function startLoopWatcher() {
  const beats = new Int32Array(new SharedArrayBuffer(4));
  setInterval(() => Atomics.add(beats, 0, 1), 20).unref();
  const workerData = { beats, stuckMs: settings.stuckMs };
  const watcher = new Worker(new URL('./loop-watcher.js', import.meta.url), { workerData });
  await once(watcher, 'online');
  watcher.unref();
}

async function serve() {
  delays.enable();
  await startLoopWatcher();
  const server = createServer(answer);
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close());
  const { name } = parseArgs({ options: { name: { type: 'string', default: 'prices' } } }).values;
  server.listen(settings.port, '127.0.0.1', () => say('ready', { name, port: server.address().port }));
}

await serve();
