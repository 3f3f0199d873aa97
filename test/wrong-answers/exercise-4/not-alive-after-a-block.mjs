// mistake: Fails the liveness probe for a sample after each block of the loop.
// breaks: degraded-and-alive
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:http';

import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot, getHeapSpaceStatistics } from 'node:v8';

// ---- Given: settings, event lines, the service and the loads it can be put under. --------------------------

const settings = {
  port: setting('PORT', 3000),
  sampleMs: setting('SAMPLE_MS', 1000),
  leakWindow: setting('LEAK_WINDOW', 10),
  leakGrowthMB: setting('LEAK_GROWTH_MB', 10),
  blockThresholdMs: setting('BLOCK_THRESHOLD_MS', 100),
  deregisterMs: setting('DEREGISTER_MS', 0),
  shutdownTimeoutMs: setting('SHUTDOWN_TIMEOUT_MS', 10_000),
  diagDir: process.env.DIAG_DIR ?? '.',
};

function setting(name, fallback) {
  return Number(process.env[name] ?? fallback);
}

function print(event, fields = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

const kept = [];

/** 128 elements of 8 bytes each. */
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

function answer(response, status, body) {
  // close() ends idle connections only; a busy one is told to go together with its answer.
  if (lifecycle.phase === 'draining') response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const load = request.method === 'POST' ? loads.get(pathname) : undefined;
  if (load) {
    // The answer is on its way before the load begins, or a block would hold it back.
    response.writeHead(202).end(() => setImmediate(() => load(searchParams)));
  } else if (pathname === '/') {
    answer(response, 200, { ok: true });
  } else if (pathname === '/slow') {
    setTimeout(() => answer(response, 200, { id: searchParams.get('id') }), Number(searchParams.get('ms')));
  } else if (pathname !== '/hang' && !serveHealth(pathname, response)) {
    answer(response, 404, { error: 'not found' });
  }
}

const server = createServer(serve);

server.listen(settings.port, '127.0.0.1', () => {
  print('ready', { port: server.address().port });
});

// ---- The health manager. ----------------------------------------------------------------------------------

const bytesPerMB = 1024 * 1024;
const tickMs = 10;
const lagResolutionMs = 20;

/** What outlived its youth. Young garbage comes and goes with the traffic and would drown a slow leak. */
function oldGenerationMB() {
  const young = new Set(['new_space', 'new_large_object_space']);
  const old = getHeapSpaceStatistics().filter((space) => !young.has(space.space_name));
  return old.reduce((sum, space) => sum + space.space_used_size, 0) / bytesPerMB;
}

/**
 * Least squares: how steep the line is, and how much of the samples' movement it explains, from 0 to 1. Along the line
 * samples are counted and not milliseconds: what blocks the loop leaves a gap in time, and two heaps of points with a
 * gap between them make a perfect line.
 */
function lineThrough(samples) {
  const middle = (samples.length - 1) / 2;
  const meanMB = mean(samples.map((sample) => sample.heldMB));
  let covariance = 0;
  let placeVariance = 0;
  let heapVariance = 0;
  for (const [place, { heldMB }] of samples.entries()) {
    covariance += (place - middle) * (heldMB - meanMB);
    placeVariance += (place - middle) ** 2;
    heapVariance += (heldMB - meanMB) ** 2;
  }
  const lastedMs = (samples.at(-1)?.atMs ?? 0) - (samples[0]?.atMs ?? 0);
  if (lastedMs === 0 || heapVariance === 0) return { slopeMBPerMs: 0, quality: 0 };
  const betweenSamplesMs = lastedMs / (samples.length - 1);
  return {
    slopeMBPerMs: covariance / placeVariance / betweenSamplesMs,
    quality: covariance ** 2 / (placeVariance * heapVariance),
  };
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

// No line explains more than three quarters of a single step, wherever the step lies; a leak is nearly all line.
const qualityOfALeak = 0.85;

/** Judges the trend over two windows, so that the stairs in which a leak is promoted are more than one step. */
class LeakTrend {
  samples = [];
  suspected = false;
  slopeMBPerMs = 0;

  /** Says whether suspicion begins with this sample. */
  add(sample) {
    this.samples.push(sample);
    if (this.samples.length > 2 * settings.leakWindow) this.samples.shift();
    const isFull = this.samples.length === 2 * settings.leakWindow;
    const windowMs = settings.leakWindow * settings.sampleMs;
    const wasSuspected = this.suspected;
    const { slopeMBPerMs, quality } = lineThrough(this.samples);
    this.slopeMBPerMs = slopeMBPerMs;
    this.suspected = isFull && slopeMBPerMs * windowMs >= settings.leakGrowthMB && quality >= qualityOfALeak;
    return this.suspected && !wasSuspected;
  }

  report() {
    const growthMBPerMinute = this.slopeMBPerMs * 60_000;
    return { suspected: this.suspected, growthMBPerMinute, samples: this.samples.length };
  }
}

/** Watches the loop by a timer that should come every 10 ms: by how much it is late, the loop was blocked. */
class LoopWatch {
  #delay = monitorEventLoopDelay({ resolution: lagResolutionMs });
  #lastTickAtMs = performance.now();
  #utilization = performance.eventLoopUtilization();
  blocks = { count: 0, longestMs: 0 };
  figures = { lagP99Ms: 0, lagMaxMs: 0, utilization: 0 };

  start() {
    this.#delay.enable();
    setInterval(() => this.#tick(), tickMs).unref();
  }

  #tick() {
    const nowMs = performance.now();
    const durationMs = nowMs - this.#lastTickAtMs - tickMs;
    this.#lastTickAtMs = nowMs;
    if (durationMs < settings.blockThresholdMs) return;
    this.blocks.count += 1;
    this.blocks.longestMs = Math.max(this.blocks.longestMs, durationMs);
    print('loop.blocked', { durationMs });
  }

  sample() {
    const since = performance.eventLoopUtilization();
    this.figures = {
      lagP99Ms: this.#lagMs(this.#delay.percentile(99)),
      lagMaxMs: this.#lagMs(this.#delay.max),
      utilization: performance.eventLoopUtilization(since, this.#utilization).utilization,
    };
    this.#utilization = since;
    this.#delay.reset();
  }

  /** The histogram holds nanoseconds from tick to tick, so an idle loop reads as its resolution. */
  #lagMs(nanoseconds) {
    return Math.max(0, nanoseconds / 1e6 - lagResolutionMs);
  }
}

class CpuShare {
  #usage = process.cpuUsage();
  #atMs = performance.now();
  percent = 0;

  sample() {
    const nowMs = performance.now();
    const usage = process.cpuUsage();
    const usedMs = (usage.user - this.#usage.user + usage.system - this.#usage.system) / 1000;
    this.percent = (usedMs / Math.max(1, nowMs - this.#atMs)) * 100;
    this.#usage = usage;
    this.#atMs = nowMs;
  }
}

const trend = new LeakTrend();
const loop = new LoopWatch();
const cpu = new CpuShare();

function sample() {
  cpu.sample();
  loop.sample();
  if (!trend.add({ atMs: performance.now(), heldMB: oldGenerationMB() })) return;
  const growthMBPerMinute = trend.slopeMBPerMs * 60_000;
  print('leak.suspected', { growthMBPerMinute, heapUsedMB: process.memoryUsage().heapUsed / bytesPerMB });
}

loop.start();
setInterval(sample, settings.sampleMs).unref();

function countByType() {
  const counts = {};
  for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

/** Which phase may follow which. Whatever asks for any other step has come too late, and is not heard. */
const nextPhases = {
  serving: ['deregistering'],
  deregistering: ['draining', 'forced'],
  draining: ['complete', 'forced'],
  complete: [],
  forced: [],
};

class Lifecycle {
  phase = 'serving';

  get isReady() {
    return this.phase === 'serving';
  }

  #enter(phase) {
    if (!nextPhases[this.phase].includes(phase)) return false;
    this.phase = phase;
    return true;
  }

  stop(signal) {
    if (!this.#enter('deregistering')) return;
    print('shutdown.start', { signal });
    // Counted from the signal, so it is armed before anything else can take its time.
    setTimeout(() => this.#force(), settings.shutdownTimeoutMs).unref();
    setTimeout(() => this.#drain(), settings.deregisterMs);
  }

  #drain() {
    if (!this.#enter('draining')) return;
    server.close(() => this.#complete());
  }

  #complete() {
    if (!this.#enter('complete')) return;
    print('health.final', healthReport());
    print('shutdown.complete');
  }

  #force() {
    if (!this.#enter('forced')) return;
    print('health.final', healthReport());
    print('shutdown.forced');
    process.exitCode = 1;
    // What hangs may hold more than sockets, so the process is not left to run out by itself.
    process.stdout.write('', () => process.exit());
  }
}

const lifecycle = new Lifecycle();

function healthReport() {
  const memory = process.memoryUsage();
  const byType = countByType();
  const healthy = trend.suspected ? 'degraded' : 'healthy';
  return {
    status: lifecycle.isReady ? healthy : 'shutting-down',
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    memory: {
      rssMB: memory.rss / bytesPerMB,
      heapUsedMB: memory.heapUsed / bytesPerMB,
      externalMB: memory.external / bytesPerMB,
    },
    cpuPercent: cpu.percent,
    eventLoop: loop.figures,
    resources: { total: Object.values(byType).reduce((sum, count) => sum + count, 0), byType },
    leak: trend.report(),
    blocks: loop.blocks,
  };
}

const wasBlocked = () => loop.figures.lagMaxMs >= settings.blockThresholdMs;

/** Answers the three health routes; says false for every other path. */
function serveHealth(pathname, response) {
  if (pathname === '/livez') answer(response, wasBlocked() ? 503 : 200, { phase: lifecycle.phase });
  else if (pathname === '/readyz')
    answer(response, lifecycle.isReady ? 200 : 503, { phase: lifecycle.phase });
  else if (pathname === '/health/report') answer(response, 200, healthReport());
  else return false;
  return true;
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => lifecycle.stop(signal));

let isSnapshotUnderWay = false;

/** The stream lets requests in between its chunks, once the graph itself is built. */
async function writeSnapshot() {
  if (isSnapshotUnderWay) return;
  isSnapshotUnderWay = true;
  const path = join(settings.diagDir, `heap-${process.pid}-${Date.now()}.heapsnapshot`);
  try {
    await pipeline(getHeapSnapshot(), createWriteStream(`${path}.part`));
    // Whoever collects the folder never picks up half a file.
    await rename(`${path}.part`, path);
    print('snapshot.written', { path });
  } catch (error) {
    print('snapshot.failed', { message: String(error) });
  } finally {
    isSnapshotUnderWay = false;
  }
}

process.on('SIGUSR2', writeSnapshot);
