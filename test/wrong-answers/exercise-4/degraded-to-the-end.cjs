// mistake: The last report of a process that leaks says that it is degraded, not that it shuts down.
// breaks: degraded-and-alive
'use strict';
// breaks core 9: health.final says degraded where it leaks at the signal
const http = require('node:http'),
  fs = require('node:fs'),
  path = require('node:path'),
  v8 = require('node:v8');
const { performance, monitorEventLoopDelay } = require('node:perf_hooks');
const env = (k, d) => Number(process.env[k] === undefined ? d : process.env[k]);
const S = {
  port: env('PORT', 3000),
  sample: env('SAMPLE_MS', 1000),
  win: env('LEAK_WINDOW', 10),
  grow: env('LEAK_GROWTH_MB', 10),
  block: env('BLOCK_THRESHOLD_MS', 100),
  dereg: env('DEREGISTER_MS', 0),
  limit: env('SHUTDOWN_TIMEOUT_MS', 10000),
  dir: process.env.DIAG_DIR || '.',
};
const MB = 1024 * 1024;
const print = (event, f) => process.stdout.write(JSON.stringify(Object.assign({ event }, f)) + '\n');
const kept = [];
const kb = () => new Array(128).fill(0);
const spin = (ms) => {
  const e = performance.now() + ms;
  while (performance.now() < e);
};
const loads = {
  '/load/block': (q) => spin(+q.get('ms')),
  '/load/leak': (q) => {
    for (let i = 0; i < +q.get('kb'); i++) kept.push(kb());
  },
  '/load/churn': (q) => {
    for (let i = 0; i < +q.get('mb') * 1024; i++) kb();
  },
  '/load/cache': (q) => {
    for (let i = 0; i < +q.get('mb') * 1024; i++) kept.push(kb());
  },
};
// ---- monitor
const h = monitorEventLoopDelay({ resolution: 10 });
h.enable();
let cpu = process.cpuUsage(),
  cpuAt = performance.now(),
  cpuPercent = 0,
  lag = { p99: 0, max: 0 },
  elu0 = performance.eventLoopUtilization(),
  utilization = 0;
let trend = [],
  leak = { suspected: false, growthMBPerMinute: 0, samples: 0 },
  stopping = false;
const blocks = { count: 0, longestMs: 0 };
function oldSpace() {
  let n = 0;
  for (const s of v8.getHeapSpaceStatistics())
    if (s.space_name === 'old_space' || s.space_name === 'large_object_space') n += s.space_used_size;
  return n / MB;
}
function sample() {
  const now = performance.now(),
    c = process.cpuUsage();
  cpuPercent = (c.user + c.system - cpu.user - cpu.system) / 10 / Math.max(1, now - cpuAt);
  cpu = c;
  cpuAt = now;
  lag = { p99: Math.max(0, h.percentile(99) / 1e6 - 10), max: Math.max(0, h.max / 1e6 - 10) };
  h.reset();
  const elu = performance.eventLoopUtilization(),
    d = performance.eventLoopUtilization(elu, elu0);
  elu0 = elu;
  utilization = Math.min(1, Math.max(0, d.utilization || 0));
  trend.push({ t: now, mb: oldSpace() });
  const span = S.win * 2;
  if (trend.length > span) trend.shift();
  judge(span);
}
function judge(span) {
  const n = trend.length,
    was = leak.suspected;
  let suspected = false,
    growth = 0;
  if (n >= 2) growth = ((trend[n - 1].mb - trend[0].mb) / (trend[n - 1].t - trend[0].t)) * 60000;
  if (n === span) {
    const k = 4,
      cuts = [];
    for (let i = 0; i <= k; i++) cuts.push(trend[Math.round((i * (n - 1)) / k)].mb);
    let rising = true;
    for (let i = 0; i < k; i++) if (cuts[i + 1] - cuts[i] < ((S.grow * 2) / k) * 0.5) rising = false;
    suspected = rising && cuts[k] - cuts[0] >= S.grow * 2;
  }
  leak = { suspected, growthMBPerMinute: growth, samples: n };
  if (suspected && !was)
    print('leak.suspected', { growthMBPerMinute: growth, heapUsedMB: process.memoryUsage().heapUsed / MB });
}
setInterval(sample, S.sample);
const STEP = 10;
let beatAt = performance.now();
setInterval(() => {
  const n = performance.now(),
    d = n - beatAt - STEP;
  beatAt = n;
  if (d >= S.block) {
    blocks.count++;
    blocks.longestMs = Math.max(blocks.longestMs, d);
    print('loop.blocked', { durationMs: d });
  }
}, STEP);
function report() {
  const m = process.memoryUsage(),
    byType = {};
  const list = process.getActiveResourcesInfo();
  list.forEach((r) => {
    byType[r] = (byType[r] || 0) + 1;
  });
  return {
    status: leak.suspected ? 'degraded' : stopping ? 'shutting-down' : 'healthy',
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    memory: { rssMB: m.rss / MB, heapUsedMB: m.heapUsed / MB, externalMB: m.external / MB },
    cpuPercent,
    eventLoop: { lagP99Ms: lag.p99, lagMaxMs: lag.max, utilization },
    resources: { total: list.length, byType },
    leak,
    blocks: { count: blocks.count, longestMs: blocks.longestMs },
  };
}
// ---- server
const say = (res, code, body) => {
  const h = { 'content-type': 'application/json' };
  if (closing) h.connection = 'close';
  res.writeHead(code, h);
  res.end(JSON.stringify(body));
};
let closing = false;
const server = http.createServer((req, res) => {
  const u = new URL(req.url, 'http://x'),
    q = u.searchParams;
  if (req.method === 'POST' && loads[u.pathname])
    return res.writeHead(202).end(() => setImmediate(() => loads[u.pathname](q)));
  switch (u.pathname) {
    case '/':
      return say(res, 200, { ok: true });
    case '/slow':
      return setTimeout(() => say(res, 200, { id: q.get('id') }), +q.get('ms'));
    case '/hang':
      return;
    case '/livez':
      return say(res, 200, {});
    case '/readyz':
      return say(res, stopping ? 503 : 200, {});
    case '/health/report':
      return say(res, 200, report());
  }
  say(res, 404, {});
});
function stop(signal) {
  if (stopping) return;
  stopping = true;
  print('shutdown.start', { signal });
  setTimeout(() => finish('shutdown.forced', 1), S.limit);
  setTimeout(() => {
    closing = true;
    server.close(() => finish('shutdown.complete', 0));
    server.closeIdleConnections();
  }, S.dereg);
}
let done = false;
function finish(event, code) {
  if (done) return;
  done = true;
  print('health.final', report());
  print(event);
  process.exit(code);
}
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
let busy = false;
process.on('SIGUSR2', () => {
  if (busy) return;
  busy = true;
  v8.writeHeapSnapshot(path.join(S.dir, 'heap-' + Date.now() + '.heapsnapshot'));
  setTimeout(() => {
    busy = false;
  }, 500);
});
server.listen(S.port, '127.0.0.1', () => print('ready', { port: server.address().port }));
