// mistake: The mark that a snapshot is being written is never taken back.
// breaks: writes-a-heap-snapshot

import { createWriteStream, readdirSync, readlinkSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pipeline } from 'node:stream/promises';
import { getHeapSnapshot, getHeapSpaceStatistics } from 'node:v8';

const MB = 1024 ** 2;
const env = (name, fallback) => Number(process.env[name] ?? fallback);
const sampleMs = env('SAMPLE_MS', 1000);
const leakWindow = Math.max(1, env('LEAK_WINDOW', 10));
const leakGrowthMB = env('LEAK_GROWTH_MB', 10);
const blockThresholdMs = env('BLOCK_THRESHOLD_MS', 100);
const limitMs = env('SHUTDOWN_TIMEOUT_MS', 10_000);
const deregisterMs = Math.min(env('DEREGISTER_MS', 0), limitMs);
const folder = process.env.DIAG_DIR ?? '.';

const print = (event, fields = {}) => void process.stderr.write(`${JSON.stringify({ ...fields, event })}\n`);
const note = (text) => void process.stdout.write(`# ${text}\n`);

const timers = new Set();
/** Calls back not before `ms` have really passed, whatever the timer's rounding. */
function after(ms, then) {
  const due = performance.now() + ms;
  const entry = { cancel: () => timers.delete(entry) && clearTimeout(entry.timer) };
  const arm = () => {
    entry.timer = setTimeout(
      () => {
        if (performance.now() < due) return arm();
        timers.delete(entry);
        then();
      },
      Math.min(2 ** 31 - 1, Math.ceil(Math.max(1, due - performance.now()))),
    );
  };
  timers.add(entry);
  arm();
  return entry.cancel;
}
function every(ms, then) {
  const timer = setInterval(then, ms);
  const entry = { cancel: () => timers.delete(entry) && clearInterval(timer) };
  timers.add(entry);
}

// ---- Readings. ------------------------------------------------------------------------------------------------

const delay = monitorEventLoopDelay({ resolution: 10 });
delay.enable();

let elu = performance.eventLoopUtilization();
let cpu = { usage: process.cpuUsage(), at: performance.now() };
// Until the first sample: since the process began.
let rates = {
  cpuPercent: (cpu.usage.user + cpu.usage.system) / 10 / Math.max(1, process.uptime() * 1000),
  utilization: 0,
};

function sampleRates() {
  const at = performance.now();
  const usage = process.cpuUsage();
  const usedMs = (usage.user - cpu.usage.user + usage.system - cpu.usage.system) / 1000;
  const now = performance.eventLoopUtilization();
  const { utilization } = performance.eventLoopUtilization(now, elu);
  rates = {
    cpuPercent: (100 * usedMs) / Math.max(1, at - cpu.at),
    utilization: Number.isFinite(utilization) ? Math.min(1, Math.max(0, utilization)) : 0,
  };
  cpu = { usage, at };
  elu = now;
}

function resources() {
  const byType = {};
  let names;
  try {
    names = readdirSync('/proc/self/fd');
  } catch {
    // No such folder on this system: what the loop knows must do.
    for (const type of process.getActiveResourcesInfo()) byType[type] = (byType[type] ?? 0) + 1;
    return { total: Object.values(byType).reduce((sum, count) => sum + count, 0), byType };
  }
  for (const name of names) {
    let target;
    try {
      target = readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      continue; // The descriptor by which the folder itself was read.
    }
    const type = /^(\w+):/.exec(target)?.[1] ?? 'file';
    byType[type] = (byType[type] ?? 0) + 1;
  }
  return { total: Object.values(byType).reduce((sum, count) => sum + count, 0), byType };
}

// ---- The leak. ------------------------------------------------------------------------------------------------

// What has outlived the young generation. Garbage that is dropped at once never comes here; what is kept comes in steps.
const settledMB = () =>
  getHeapSpaceStatistics().reduce(
    (sum, { space_name: name, space_used_size: size }) => (name.startsWith('new_') ? sum : sum + size),
    0,
  ) / MB;

const history = [];
const leak = { suspected: false, growthMBPerMinute: 0, samples: 0 };
const SPAN = 4 * leakWindow;

function trend(points) {
  const rises = points.slice(1).map((point, index) => point.mb - points[index].mb);
  const total = points.at(-1).mb - points[0].mb;
  const minutes = (points.at(-1).at - points[0].at) / 60_000;
  // A cache that warms up is one step, or two where the second half of it is promoted later. A leak is many.
  const [first = 0, second = 0] = rises.toSorted((a, b) => b - a);
  return {
    total,
    trimmed: total - Math.max(0, first) - Math.max(0, second),
    perMinute: minutes > 0 ? total / minutes : 0,
  };
}

function judgeLeak() {
  history.push({ at: performance.now(), mb: settledMB() });
  if (history.length > SPAN + 1) history.shift();
  leak.samples = history.length;
  const whole = trend(history);
  leak.growthMBPerMinute = whole.perMinute;
  if (history.length <= SPAN) return;
  if (!leak.suspected && whole.trimmed >= 2.5 * leakGrowthMB) {
    leak.suspected = true;
    print('leak.suspected', {
      growthMBPerMinute: leak.growthMBPerMinute,
      heapUsedMB: process.memoryUsage().heapUsed / MB,
    });
  } else if (leak.suspected && trend(history.slice(-2 * leakWindow - 1)).total < leakGrowthMB / 2) {
    leak.suspected = false;
    note('the leak seems to have stopped');
  }
}

// ---- Blocks. --------------------------------------------------------------------------------------------------

const blocks = { count: 0, longestMs: 0 };
const BEAT_MS = 15;

function watchLoop() {
  let last = performance.now();
  every(BEAT_MS, () => {
    const now = performance.now();
    const durationMs = Math.round((now - last - BEAT_MS) * 10) / 10;
    last = now;
    if (durationMs < blockThresholdMs) return;
    blocks.count += 1;
    blocks.longestMs = Math.max(blocks.longestMs, durationMs);
    print('loop.blocked', { durationMs });
  });
}

// ---- The report. ----------------------------------------------------------------------------------------------

let phase = 'serving'; // then 'deregistering', then 'draining'
const leaving = () => phase !== 'serving';
const finite = (value) => (Number.isFinite(value) ? value : 0);

function report() {
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    status: leaving() ? 'shutting-down' : leak.suspected ? 'degraded' : 'healthy',
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    memory: { rssMB: rss / MB, heapUsedMB: heapUsed / MB, externalMB: external / MB },
    cpuPercent: finite(rates.cpuPercent),
    eventLoop: {
      lagP99Ms: finite(delay.percentile(99) / 1e6),
      lagMaxMs: finite(delay.max / 1e6),
      utilization: rates.utilization,
    },
    resources: resources(),
    leak: { ...leak },
    blocks: { ...blocks },
  };
}

// ---- The service. ---------------------------------------------------------------------------------------------

const kept = [];
const lists = (kb) => Array.from({ length: kb }, () => new Array(128).fill(0));
let dropped;

const loads = {
  '/load/block': (query) => {
    const end = performance.now() + Number(query.get('ms'));
    while (performance.now() < end);
  },
  '/load/leak': (query) => void kept.push(lists(Number(query.get('kb')))),
  '/load/cache': (query) => void kept.push(lists(Number(query.get('mb')) * 1024)),
  '/load/churn': (query) => {
    for (let left = Number(query.get('mb')) * 1024; left > 0; left -= 1) dropped = new Array(127).fill(left);
    dropped = undefined;
  },
};

const open = new Set();

function answer(response, status, body, then) {
  if (phase === 'draining') response.setHeader('Connection', 'close');
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body), then);
}

const server = createServer((request, response) => {
  open.add(response);
  response.once('close', () => open.delete(response));
  const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1');
  if (request.method === 'POST' && Object.hasOwn(loads, pathname)) {
    answer(response, 202, { accepted: true }, () => setImmediate(loads[pathname], searchParams));
  } else if (pathname === '/') answer(response, 200, { ok: true });
  else if (pathname === '/livez') answer(response, 200, { alive: true });
  else if (pathname === '/readyz') answer(response, leaving() ? 503 : 200, { ready: !leaving() });
  else if (pathname === '/health/report') answer(response, 200, report());
  else if (pathname === '/slow') {
    const cancel = after(Number(searchParams.get('ms')), () =>
      answer(response, 200, { id: searchParams.get('id'), slow: true }),
    );
    response.once('close', cancel);
  } else if (pathname !== '/hang') answer(response, 404, { error: 'not found' });
});

// ---- The end. -------------------------------------------------------------------------------------------------

function leave(signal) {
  if (leaving()) return;
  phase = 'deregistering';
  print('shutdown.start', { signal });
  after(limitMs, () => {
    print('health.final', report());
    print('shutdown.forced', { open: open.size });
    process.exit(1);
  });
  after(deregisterMs, () => {
    phase = 'draining';
    server.close();
    const closedAt = performance.now();
    // A connection may have been accepted a moment ago with its request still under way: it gets its chance.
    const graceMs = Math.min(200, (limitMs - deregisterMs) / 4);
    every(20, () => {
      if (open.size === 0 && performance.now() - closedAt > graceMs) finish();
    });
  });
}

function finish() {
  print('health.final', report());
  for (const { cancel } of timers) cancel();
  delay.disable();
  server.closeAllConnections();
  print('shutdown.complete');
  // A heap snapshot that is still being written does not hold the end back.
  if (writing) process.exit(0);
}

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, leave);

let writing = false;
process.on('SIGUSR2', async () => {
  if (writing || leaving()) return;
  writing = true;
  const name = `heap-${process.pid}-${Date.now()}.heapsnapshot`;
  try {
    await pipeline(getHeapSnapshot(), createWriteStream(join(folder, `.${name}.part`)));
    await rename(join(folder, `.${name}.part`), join(folder, name));
    note(`wrote ${name}`);
  } catch (error) {
    note(`no snapshot: ${error.message}`);
    writing = false;
  }
});

server.listen(env('PORT', 3000), '127.0.0.1', () => {
  every(sampleMs, () => {
    sampleRates();
    judgeLeak();
  });
  watchLoop();
  print('ready', { port: server.address().port });
});
