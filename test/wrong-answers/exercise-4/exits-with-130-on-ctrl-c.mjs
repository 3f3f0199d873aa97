// mistake: Ends with code 130 after Ctrl-C, as if the signal had killed it, though it ended in order.
// breaks: stops-on-sigint, serves-until-deregistered
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import v8 from 'node:v8';

const { env, pid } = process;
const clock = () => process.uptime() * 1000;
const out = (fields) => fs.writeSync(1, `${JSON.stringify(fields)}\n`);

const sampleMs = +(env.SAMPLE_MS ?? 1000);
const windowSamples = +(env.LEAK_WINDOW ?? 10);
const growthMB = +(env.LEAK_GROWTH_MB ?? 10);
const thresholdMs = +(env.BLOCK_THRESHOLD_MS ?? 100);

// Two windows are looked at, so that one step never looks like a slope.
const size = 2 * windowSamples;
const times = new Float64Array(size);
const used = new Float64Array(size);
let written = 0;

let leakIsSuspected = false;
let growthMBPerMinute = 0;
let blockCount = 0;
let longestBlockMs = 0;
let lagMaxMs = 0;
let lagP99Ms = 0;
let cpuPercent = 0;
let busyShare = 0;

let cpuBefore = process.cpuUsage();
let loopBefore = performance.eventLoopUtilization();
let beatDueMs = clock() + 12;
let sampleDueMs = clock() + sampleMs;
let sampledAtMs = clock();
const lags = [];

function beat() {
  const nowMs = clock();
  const lagMs = Math.max(0, nowMs - beatDueMs);
  beatDueMs = nowMs + 12;
  lags.push(lagMs);
  if (lagMs >= thresholdMs) {
    blockCount += 1;
    longestBlockMs = Math.max(longestBlockMs, lagMs);
    out({ event: 'loop.blocked', durationMs: Math.round(lagMs * 10) / 10 });
  }
  if (nowMs >= sampleDueMs) {
    sampleDueMs = Math.max(nowMs, sampleDueMs + sampleMs);
    sample(nowMs);
  }
}

function sample(nowMs) {
  lags.sort((a, b) => a - b);
  lagMaxMs = lags[lags.length - 1] ?? 0;
  lagP99Ms = lags[Math.floor(lags.length * 0.99)] ?? lagMaxMs;
  lags.length = 0;
  const cpu = process.cpuUsage();
  cpuPercent =
    (cpu.user - cpuBefore.user + cpu.system - cpuBefore.system) / 10 / Math.max(1, nowMs - sampledAtMs);
  cpuBefore = cpu;
  sampledAtMs = nowMs;
  const loop = performance.eventLoopUtilization();
  busyShare = performance.eventLoopUtilization(loop, loopBefore).utilization;
  loopBefore = loop;

  times[written % size] = nowMs;
  used[written % size] = v8.getHeapStatistics().used_heap_size / 1048576;
  written += 1;
  if (written < size) return;
  const at = (index) => (written + index) % size;
  // Four points, each the least of its neighbours, and the rises between them.
  const points = [0, 1, 2, 3].map((part) => {
    const from = Math.round((part * size) / 4);
    let best = at(from);
    for (let index = from; index < Math.round(((part + 1) * size) / 4); index += 1) {
      if (used[at(index)] < used[best]) best = at(index);
    }
    return best;
  });
  const total = used[points[3]] - used[points[0]];
  const spanMs = times[points[3]] - times[points[0]];
  const largest = Math.max(...[1, 2, 3].map((index) => used[points[index]] - used[points[index - 1]]));
  const suspects = (total / spanMs) * windowSamples * sampleMs >= growthMB && largest < 0.75 * total;
  growthMBPerMinute = (total / spanMs) * 60000;
  if (suspects && !leakIsSuspected) {
    out({ event: 'leak.suspected', growthMBPerMinute, heapUsedMB: used[points[3]] });
  }
  leakIsSuspected = suspects;
}

setInterval(beat, 12).unref();

let stoppedBy;
function report() {
  const { rss, heapUsed, external } = process.memoryUsage();
  const types = process.getActiveResourcesInfo();
  const byType = Object.create(null);
  for (const type of types) byType[type] = (byType[type] | 0) + 1;
  return {
    status: stoppedBy ? 'shutting-down' : leakIsSuspected ? 'degraded' : 'healthy',
    pid,
    uptimeSeconds: clock() / 1000,
    memory: { rssMB: rss / 1048576, heapUsedMB: heapUsed / 1048576, externalMB: external / 1048576 },
    cpuPercent,
    eventLoop: { lagP99Ms, lagMaxMs, utilization: busyShare },
    resources: { total: types.length, byType },
    leak: { suspected: leakIsSuspected, growthMBPerMinute, samples: Math.min(written, size) },
    blocks: { count: blockCount, longestMs: longestBlockMs },
  };
}

const kept = [];
const kilobytes = (count, keep) => {
  for (let made = 0; made < count; made += 1) {
    const one = new Array(128).fill(made & 1);
    if (keep) kept.push(one);
  }
};

const json = (response, status, body) => {
  if (stoppedBy) response.setHeader('connection', 'close');
  response.writeHead(status);
  response.end(JSON.stringify(body));
};

const server = http.createServer((request, response) => {
  const [where, query] = request.url.split('?');
  const asked = new URLSearchParams(query);
  if (where.startsWith('/load/')) {
    response.writeHead(202).end();
    response.once('finish', () =>
      setTimeout(() => {
        if (where === '/load/leak') kilobytes(+asked.get('kb'), true);
        if (where === '/load/cache') kilobytes(+asked.get('mb') * 1024, true);
        if (where === '/load/churn') kilobytes(+asked.get('mb') * 1024, false);
        if (where === '/load/block') {
          const endMs = clock() + +asked.get('ms');
          while (clock() < endMs);
        }
      }, 1),
    );
  } else if (where === '/slow') {
    setTimeout(() => json(response, 200, { id: asked.get('id') }), +asked.get('ms'));
  } else if (where === '/readyz') {
    json(response, stoppedBy ? 503 : 200, {});
  } else if (where === '/health/report') {
    json(response, 200, report());
  } else if (where === '/' || where === '/livez') {
    json(response, 200, {});
  } else if (where !== '/hang') {
    json(response, 404, {});
  }
});

function stop(signal) {
  if (stoppedBy) return;
  stoppedBy = signal;
  out({ event: 'shutdown.start', signal });
  const end = (event, code) => {
    out({ event: 'health.final', ...report() });
    out({ event });
    process.exit(code);
  };
  setTimeout(end, +(env.SHUTDOWN_TIMEOUT_MS ?? 10000), 'shutdown.forced', 1);
  setTimeout(
    () => server.close(() => end('shutdown.complete', signal === 'SIGINT' ? 130 : 0)),
    +(env.DEREGISTER_MS ?? 0),
  );
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);

let snapshotIsDue = false;
process.on('SIGUSR2', () => {
  if (snapshotIsDue) return;
  snapshotIsDue = true;
  // Not in the listener itself: what is signalled meanwhile is read before the mark is taken away.
  setTimeout(() => {
    const file = path.join(env.DIAG_DIR ?? '.', `snapshot-${pid}-${Math.round(clock())}`);
    v8.writeHeapSnapshot(`${file}.tmp`);
    fs.renameSync(`${file}.tmp`, `${file}.heapsnapshot`);
    setTimeout(() => {
      snapshotIsDue = false;
    }, 100);
  }, 1);
});

server.listen(+(env.PORT ?? 3000), '127.0.0.1', () => out({ event: 'ready', port: server.address().port }));
