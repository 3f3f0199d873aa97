// mistake: Handles SIGTERM and forgets SIGINT.
// breaks: stops-on-sigint
'use strict';

const http = require('node:http');
const path = require('node:path');
const v8 = require('node:v8');
const { performance, monitorEventLoopDelay } = require('node:perf_hooks');

const env = process.env;
const port = Number(env.PORT || 3000);
const sampleMs = Number(env.SAMPLE_MS || 1000);
const windowLength = Number(env.LEAK_WINDOW || 10);
const growthMB = Number(env.LEAK_GROWTH_MB || 10);
const thresholdMs = Number(env.BLOCK_THRESHOLD_MS || 100);
const deregisterMs = Number(env.DEREGISTER_MS || 0);
const limitMs = Number(env.SHUTDOWN_TIMEOUT_MS || 10000);

function say(event, fields) {
  process.stdout.write(`${JSON.stringify(Object.assign({ event }, fields))}\n`);
}

const kept = [];
const kilobyte = () => new Array(128).fill(0);
const mega = (bytes) => bytes / 1048576;

const loads = {
  '/load/block': (query) => {
    const end = Date.now() + Number(query.get('ms'));
    while (Date.now() < end);
  },
  '/load/leak': (query) => {
    for (let i = Number(query.get('kb')); i > 0; i--) kept.push(kilobyte());
  },
  '/load/churn': (query) => {
    for (let i = Number(query.get('mb')) * 1024; i > 0; i--) kilobyte();
  },
  '/load/cache': (query) => {
    const cache = [];
    for (let i = Number(query.get('mb')) * 1024; i > 0; i--) cache.push(kilobyte());
    kept.push(cache);
  },
};

let stopping = false;
let suspected = false;
let slope = 0;
let cpuPercent = 0;
let utilization = 0;
const heap = [];
const blocks = { count: 0, longestMs: 0 };
const lag = { p99: 0, max: 0 };

function medianSlope(samples) {
  const slopes = [];
  for (let i = 0; i < samples.length; i++) {
    for (let j = i + 1; j < samples.length; j++) {
      slopes.push((samples[j].mb - samples[i].mb) / (samples[j].at - samples[i].at));
    }
  }
  slopes.sort((a, b) => a - b);
  return slopes.length === 0 ? 0 : slopes[Math.floor(slopes.length / 2)];
}

const histogram = monitorEventLoopDelay({ resolution: 20 });
histogram.enable();
let cpu = process.cpuUsage();
let cpuAt = performance.now();
let loop = performance.eventLoopUtilization();

const sampler = setInterval(() => {
  const at = performance.now();
  const used = process.cpuUsage(cpu);
  cpu = process.cpuUsage();
  cpuPercent = (used.user + used.system) / 10 / Math.max(1, at - cpuAt);
  cpuAt = at;
  utilization = performance.eventLoopUtilization(loop).utilization;
  loop = performance.eventLoopUtilization();
  lag.p99 = Math.max(0, histogram.percentile(99) / 1e6 - 20);
  lag.max = Math.max(0, histogram.max / 1e6 - 20);
  histogram.reset();

  heap.push({ at, mb: mega(process.memoryUsage().heapUsed) });
  while (heap.length > 2 * windowLength) heap.shift();
  const before = suspected;
  if (heap.length === 2 * windowLength) {
    slope = medianSlope(heap);
    const enough = (growthMB / (windowLength * sampleMs)) * 0.7;
    const older = medianSlope(heap.slice(0, windowLength));
    const newer = medianSlope(heap.slice(windowLength));
    suspected = slope * windowLength * sampleMs >= growthMB && older >= enough && newer >= enough;
  }
  if (suspected && !before) {
    say('leak.suspected', { growthMBPerMinute: slope * 60000, heapUsedMB: heap[heap.length - 1].mb });
  }
}, sampleMs);

let expected = performance.now() + 25;
const pulse = setInterval(() => {
  const now = performance.now();
  const late = now - expected;
  expected = now + 25;
  if (late < thresholdMs) return;
  blocks.count += 1;
  if (late > blocks.longestMs) blocks.longestMs = late;
  say('loop.blocked', { durationMs: Math.round(late) });
}, 25);

function report() {
  const memory = process.memoryUsage();
  const byType = {};
  const resources = process.getActiveResourcesInfo();
  resources.forEach((type) => {
    byType[type] = (byType[type] || 0) + 1;
  });
  return {
    status: stopping ? 'shutting-down' : suspected ? 'degraded' : 'healthy',
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    memory: { rssMB: mega(memory.rss), heapUsedMB: mega(memory.heapUsed), externalMB: mega(memory.external) },
    cpuPercent,
    eventLoop: { lagP99Ms: lag.p99, lagMaxMs: lag.max, utilization },
    resources: { total: resources.length, byType },
    leak: { suspected, growthMBPerMinute: slope * 60000, samples: heap.length },
    blocks,
  };
}

function send(res, status, body) {
  if (stopping && !server.listening) res.setHeader('Connection', 'close');
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify(body));
}

const server = http.createServer((req, res) => {
  const url = new URL(req.url, 'http://localhost');
  const load = req.method === 'POST' && loads[url.pathname];
  if (load) {
    res.statusCode = 202;
    res.end(() => setImmediate(load, url.searchParams));
    return;
  }
  switch (url.pathname) {
    case '/':
      return send(res, 200, {});
    case '/slow':
      return void setTimeout(
        () => send(res, 200, { id: url.searchParams.get('id') }),
        Number(url.searchParams.get('ms')),
      );
    case '/hang':
      return;
    case '/livez':
      return send(res, 200, { ok: true });
    case '/readyz':
      return send(res, stopping ? 503 : 200, { ok: !stopping });
    case '/health/report':
      return send(res, 200, report());
    default:
      return send(res, 404, {});
  }
});

function stop(signal) {
  if (stopping) return;
  stopping = true;
  say('shutdown.start', { signal });
  setTimeout(() => finish('shutdown.forced', 1), limitMs);
  setTimeout(() => server.close(() => finish('shutdown.complete', 0)), deregisterMs);
}

function finish(event, code) {
  say('health.final', report());
  say(event);
  clearInterval(sampler);
  clearInterval(pulse);
  process.stdout.write('', () => process.exit(code));
}

process.on('SIGTERM', stop);

let lastSnapshotEndedAt = Number.NEGATIVE_INFINITY;
process.on('SIGUSR2', () => {
  // A signal that is read within a moment of the last write's end was sent while it was going on.
  if (performance.now() - lastSnapshotEndedAt < 100) return;
  v8.writeHeapSnapshot(path.join(env.DIAG_DIR || '.', `heap.${process.pid}.${Date.now()}.heapsnapshot`));
  lastSnapshotEndedAt = performance.now();
});

server.listen(port, '127.0.0.1', () => say('ready', { port: server.address().port }));
