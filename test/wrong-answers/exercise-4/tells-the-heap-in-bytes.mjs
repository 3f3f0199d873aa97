// mistake: Tells the size of the heap in bytes when suspicion begins.
// breaks: suspects-a-steady-leak
import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setInterval as every, setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

const read = (name, fallback) => Number(process.env[name] ?? fallback);
const PORT = read('PORT', 3000);
const SAMPLE_MS = read('SAMPLE_MS', 1000);
const LEAK_WINDOW = read('LEAK_WINDOW', 10);
const LEAK_GROWTH_MB = read('LEAK_GROWTH_MB', 10);
const BLOCK_THRESHOLD_MS = read('BLOCK_THRESHOLD_MS', 100);
const DEREGISTER_MS = read('DEREGISTER_MS', 0);
const SHUTDOWN_TIMEOUT_MS = read('SHUTDOWN_TIMEOUT_MS', 10_000);
const MB = 2 ** 20;

const tell = (event, fields = {}) =>
  console.error(JSON.stringify({ ...fields, event, at: new Date().toISOString() }));

const state = {
  status: 'healthy',
  cpuPercent: 0,
  eventLoop: { lagP99Ms: 0, lagMaxMs: 0, utilization: 0 },
  leak: { suspected: false, growthMBPerMinute: 0, samples: 0 },
  blocks: { count: 0, longestMs: 0 },
};

const hoard = [];
const allocate = () => new Array(128).fill(0);
const loads = {
  block({ ms }) {
    for (const end = performance.now() + ms; performance.now() < end; );
  },
  leak: ({ kb }) => hoard.push(Array.from({ length: kb }, allocate)),
  churn({ mb }) {
    for (let count = 0; count < mb * 1024; count += 1) allocate();
  },
  cache: ({ mb }) => hoard.push(Array.from({ length: mb * 1024 }, allocate)),
};

/** The lowest readings of four parts of two windows: a leak lifts each over the one before it, a step only one. */
function trendOf(samples) {
  const size = Math.floor(samples.length / 4);
  const parts = [0, 1, 2, 3].map((part) => samples.slice(part * size, (part + 1) * size));
  const lows = parts.map((part) => Math.min(...part.map(({ mb }) => mb)));
  const rises = [lows[1] - lows[0], lows[2] - lows[1], lows[3] - lows[2]];
  const spanMs = samples[3 * size].atMs - samples[0].atMs;
  return { rises, growthMBPerMs: (lows[3] - lows[0]) / spanMs };
}

async function watchMemory() {
  const samples = [];
  let usage = process.cpuUsage();
  let atMs = performance.now();
  let loop = performance.eventLoopUtilization();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  for await (const _ of every(SAMPLE_MS, undefined, { ref: false })) {
    const { user, system } = process.cpuUsage(usage);
    const elapsedMs = performance.now() - atMs;
    usage = process.cpuUsage();
    atMs += elapsedMs;
    state.cpuPercent = (user + system) / 10 / Math.max(1, elapsedMs);
    const now = performance.eventLoopUtilization();
    state.eventLoop = {
      lagP99Ms: Math.max(0, delay.percentile(99) / 1e6 - 10),
      lagMaxMs: Math.max(0, delay.max / 1e6 - 10),
      utilization: performance.eventLoopUtilization(now, loop).utilization,
    };
    loop = now;
    delay.reset();
    samples.push({ atMs, mb: process.memoryUsage().heapUsed / MB });
    if (samples.length < 2 * LEAK_WINDOW) {
      state.leak.samples = samples.length;
      continue;
    }
    if (samples.length > 2 * LEAK_WINDOW) samples.shift();
    const { rises, growthMBPerMs } = trendOf(samples);
    const suspected =
      growthMBPerMs * LEAK_WINDOW * SAMPLE_MS >= LEAK_GROWTH_MB &&
      rises.every((rise) => rise > LEAK_GROWTH_MB / 8);
    const begins = suspected && !state.leak.suspected;
    state.leak = { suspected, growthMBPerMinute: growthMBPerMs * 60_000, samples: samples.length };
    if (begins)
      tell('leak.suspected', {
        growthMBPerMinute: growthMBPerMs * 60_000,
        heapUsedMB: process.memoryUsage().heapUsed,
      });
  }
}

async function watchLoop() {
  const gaps = monitorEventLoopDelay({ resolution: 1 });
  gaps.enable();
  for await (const _ of every(40, undefined, { ref: false })) {
    const durationMs = gaps.max / 1e6;
    if (durationMs < BLOCK_THRESHOLD_MS) continue;
    // Reset only after a block: a histogram that was reset sees nothing until its next tick.
    gaps.reset();
    state.blocks = {
      count: state.blocks.count + 1,
      longestMs: Math.max(state.blocks.longestMs, durationMs),
    };
    tell('loop.blocked', { durationMs });
  }
}

const report = () => {
  const { rss, heapUsed, external } = process.memoryUsage();
  const types = process.getActiveResourcesInfo();
  return {
    ...state,
    status: state.status === 'healthy' && state.leak.suspected ? 'degraded' : state.status,
    pid: process.pid,
    uptimeSeconds: Math.round(process.uptime()),
    memory: { rssMB: rss / MB, heapUsedMB: heapUsed / MB, externalMB: external / MB },
    resources: {
      total: types.length,
      byType: Object.fromEntries(types.map((type) => [type, types.filter((other) => other === type).length])),
    },
  };
};

const isStopping = () => state.status === 'shutting-down';

const routes = {
  '/': async () => [200, {}],
  '/slow': async (query) => {
    await sleep(Number(query.get('ms')));
    return [200, { id: query.get('id') }];
  },
  '/hang': () => new Promise(() => {}),
  '/livez': async () => [isStopping() ? 503 : 200, {}],
  '/readyz': async () => [isStopping() || state.leak.suspected ? 503 : 200, {}],
  '/health/report': async () => [state.leak.suspected ? 503 : 200, report()],
};

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://x');
  const load = request.method === 'POST' && loads[pathname.replace('/load/', '')];
  if (load) {
    const sizes = Object.fromEntries([...searchParams].map(([name, value]) => [name, Number(value)]));
    response.writeHead(202).end(() => setImmediate(() => load(sizes)));
    return;
  }
  const [status, body] = await (routes[pathname] ?? (async () => [404, {}]))(searchParams);
  response.writeHead(status, isStopping() ? { connection: 'close' } : {});
  response.end(JSON.stringify(body));
});

process.on('SIGUSR2', async () => {
  if (routes.isSnapping) return;
  routes.isSnapping = true;
  writeHeapSnapshot(
    join(process.env.DIAG_DIR ?? '.', `${process.pid}-${Math.round(performance.now())}.heapsnapshot`),
  );
  await sleep(200);
  routes.isSnapping = false;
});

const signalled = Promise.race(['SIGTERM', 'SIGINT'].map((name) => once(process, name).then(() => name)));
// Those that come later find a listener too, and so do no harm.
for (const name of ['SIGTERM', 'SIGINT']) process.on(name, () => {});

watchMemory();
watchLoop();
server.listen(PORT, '127.0.0.1');
await once(server, 'listening');
tell('ready', { port: server.address().port });

const signal = await signalled;
state.status = 'shutting-down';
tell('shutdown.start', { signal });
setTimeout(() => {
  tell('health.final', report());
  tell('shutdown.forced');
  process.exit(1);
}, SHUTDOWN_TIMEOUT_MS).unref();
await sleep(DEREGISTER_MS);
server.close();
await once(server, 'close');
tell('health.final', report());
tell('shutdown.complete');
