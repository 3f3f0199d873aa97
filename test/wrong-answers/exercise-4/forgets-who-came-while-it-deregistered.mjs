// mistake: The drain waits for the requests that were in flight at the signal, and cuts off those that came in while it deregistered.
// breaks: serves-until-deregistered
import { createServer } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';

const settings = {
  port: setting('PORT', 3e3),
  sampleMs: setting('SAMPLE_MS', 1e3),
  leakWindow: setting('LEAK_WINDOW', 10),
  leakGrowthMB: setting('LEAK_GROWTH_MB', 10),
  blockThresholdMs: setting('BLOCK_THRESHOLD_MS', 100),
  deregisterMs: setting('DEREGISTER_MS', 0),
  shutdownTimeoutMs: setting('SHUTDOWN_TIMEOUT_MS', 1e4),
  diagDir: process.env.DIAG_DIR ?? '.',
};
function setting(name, fallback) {
  return Number(process.env[name] ?? fallback);
}
function print(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}
`);
}
const kept = [];
function allocateKB() {
  return new Array(128).fill(0);
}
function keepKB(count) {
  for (let made = 0; made < count; made += 1) kept.push(allocateKB());
}
function churnKB(count) {
  for (let made = 0; made < count; made += 1) allocateKB();
}
function blockLoop(ms) {
  const endAtMs = performance.now() + ms;
  while (performance.now() < endAtMs);
}
const loads = new Map([
  ['/load/block', (query) => blockLoop(Number(query.get('ms')))],
  ['/load/leak', (query) => keepKB(Number(query.get('kb')))],
  ['/load/churn', (query) => churnKB(Number(query.get('mb')) * 1024)],
  ['/load/cache', (query) => keepKB(Number(query.get('mb')) * 1024)],
]);
let isDraining = false;
function answer(response, status2, body) {
  if (isDraining) response.setHeader('connection', 'close');
  response.writeHead(status2, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const load = request.method === 'POST' ? loads.get(pathname) : undefined;
  if (load) {
    response.writeHead(202).end(() => setImmediate(() => load(searchParams)));
  } else if (pathname === '/') {
    answer(response, 200, { ok: true });
  } else if (pathname === '/slow') {
    setTimeout(() => answer(response, 200, { id: searchParams.get('id') }), Number(searchParams.get('ms')));
  } else if (pathname !== '/hang' && !serveHealth(pathname, response)) {
    answer(response, 404, { error: 'not found' });
  }
}
const open = new Set();
const server = createServer((request, response) => {
  open.add(response);
  response.once('close', () => open.delete(response));
  serve(request, response);
});
server.listen(settings.port, '127.0.0.1', () => {
  print('ready', { port: server.address().port });
});
const bytesPerMB = 1024 * 1024;
const beatMs = 20;
const fewestFloors = 4;
const health = {
  ready: true,
  shuttingDown: false,
  cpuPercent: 0,
  lagP99Ms: 0,
  lagMaxMs: 0,
  utilization: 0,
  leak: { suspected: false, growthMBPerMinute: 0, samples: 0 },
  blocks: { count: 0, longestMs: 0 },
};
let lowestSinceSampleMB = Number.POSITIVE_INFINITY;
let floors = [];
new PerformanceObserver(() => {
  lowestSinceSampleMB = Math.min(lowestSinceSampleMB, process.memoryUsage().heapUsed / bytesPerMB);
}).observe({ entryTypes: ['gc'] });
function noteFloor(atMs) {
  if (Number.isFinite(lowestSinceSampleMB)) floors.push({ atMs, heapUsedMB: lowestSinceSampleMB });
  lowestSinceSampleMB = Number.POSITIVE_INFINITY;
  const windowMs = settings.leakWindow * settings.sampleMs;
  floors = floors.filter(
    (floor, index) => index >= floors.length - fewestFloors || atMs - floor.atMs <= 2 * windowMs,
  );
}
function judgeFloors(atMs) {
  const first = floors[0];
  const last = floors.at(-1);
  if (!first || !last || floors.length < 3) {
    health.leak = { suspected: false, growthMBPerMinute: 0, samples: floors.length };
    return;
  }
  const rises = floors.slice(1).map((floor, index) => floor.heapUsedMB - (floors[index]?.heapUsedMB ?? 0));
  const grownMB = last.heapUsedMB - first.heapUsedMB;
  const lastedMs = atMs - first.atMs;
  const windows = lastedMs / (settings.leakWindow * settings.sampleMs);
  const isSteady = Math.max(...rises) < 0.7 * grownMB;
  const wasSuspected = health.leak.suspected;
  const isLeaking = windows >= 1 && isSteady && grownMB / windows >= settings.leakGrowthMB;
  const suspected = isLeaking || (wasSuspected && grownMB / windows >= settings.leakGrowthMB / 2);
  const growthMBPerMinute = (grownMB / lastedMs) * 6e4;
  health.leak = { suspected, growthMBPerMinute, samples: floors.length };
  if (suspected && !wasSuspected) {
    print('leak.suspected', { growthMBPerMinute, heapUsedMB: process.memoryUsage().heapUsed / bytesPerMB });
  }
}
const loopDelay = monitorEventLoopDelay({ resolution: 10 });
loopDelay.enable();
let lastLoop = performance.eventLoopUtilization();
let lastUsage = process.cpuUsage();
let lastSampleAtMs = performance.now();
function sample() {
  const atMs = performance.now();
  const { user, system } = process.cpuUsage(lastUsage);
  health.cpuPercent = ((user + system) / 1e3 / Math.max(1, atMs - lastSampleAtMs)) * 100;
  health.utilization = performance.eventLoopUtilization(lastLoop).utilization;
  health.lagP99Ms = Math.max(0, loopDelay.percentile(99) / 1e6 - 10);
  health.lagMaxMs = Math.max(0, loopDelay.max / 1e6 - 10);
  loopDelay.reset();
  lastUsage = process.cpuUsage();
  lastLoop = performance.eventLoopUtilization();
  lastSampleAtMs = atMs;
  noteFloor(atMs);
  judgeFloors(atMs);
}
let lastBeatAtMs = performance.now();
function beat() {
  const nowMs = performance.now();
  const durationMs = nowMs - lastBeatAtMs - beatMs;
  lastBeatAtMs = nowMs;
  if (durationMs < settings.blockThresholdMs) return;
  health.blocks.count += 1;
  health.blocks.longestMs = Math.max(health.blocks.longestMs, durationMs);
  print('loop.blocked', { durationMs });
}
setInterval(sample, settings.sampleMs).unref();
setInterval(beat, beatMs).unref();
function status() {
  if (health.shuttingDown) return 'shutting-down';
  return health.leak.suspected ? 'degraded' : 'healthy';
}
function healthReport() {
  const { rss, heapUsed, external } = process.memoryUsage();
  const resources = process.getActiveResourcesInfo();
  const byType = {};
  for (const type of resources) byType[type] = (byType[type] ?? 0) + 1;
  return {
    status: status(),
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    memory: { rssMB: rss / bytesPerMB, heapUsedMB: heapUsed / bytesPerMB, externalMB: external / bytesPerMB },
    cpuPercent: health.cpuPercent,
    eventLoop: { lagP99Ms: health.lagP99Ms, lagMaxMs: health.lagMaxMs, utilization: health.utilization },
    resources: { total: resources.length, byType },
    leak: health.leak,
    blocks: health.blocks,
  };
}
function serveHealth(pathname, response) {
  if (pathname === '/livez') answer(response, 200, { alive: true });
  else if (pathname === '/readyz') answer(response, health.ready ? 200 : 503, { ready: health.ready });
  else if (pathname === '/health/report') answer(response, 200, healthReport());
  else return false;
  return true;
}
async function shutDown(signal) {
  if (health.shuttingDown) return;
  health.shuttingDown = true;
  health.ready = false;
  const atSignal = new Set(open);
  const limit = setTimeout(endByForce, settings.shutdownTimeoutMs);
  print('shutdown.start', { signal });
  await sleep(settings.deregisterMs);
  isDraining = true;
  server.close();
  await Promise.all(
    [...atSignal].map((r) => new Promise((done) => (open.has(r) ? r.once('close', done) : done()))),
  );
  server.closeAllConnections();
  clearTimeout(limit);
  print('health.final', healthReport());
  print('shutdown.complete');
}
function closeServer() {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}
function endByForce() {
  print('health.final', healthReport());
  print('shutdown.forced');
  process.stdout.write('', () => process.exit(1));
}
process.on('SIGTERM', shutDown);
process.on('SIGINT', shutDown);
let isWritingSnapshot = false;
async function writeSnapshot() {
  if (isWritingSnapshot) return;
  isWritingSnapshot = true;
  try {
    writeHeapSnapshot(join(settings.diagDir, `${process.pid}-${Date.now()}.heapsnapshot`));
  } catch (error) {
    print('snapshot.failed', { message: String(error) });
  }
  await sleep(50);
  isWritingSnapshot = false;
}
process.on('SIGUSR2', writeSnapshot);
