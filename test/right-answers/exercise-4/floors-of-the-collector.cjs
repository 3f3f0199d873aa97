// style: independent modules that know only a common bus (EventEmitter); a leak is judged by the heap's floors after each collection as `v8.GCProfiler` tells them, blocks by a chain of timeouts that are late, heap snapshots in one go with `writeHeapSnapshot`, end by process.exit.
'use strict';

const http = require('node:http');
const path = require('node:path');
const v8 = require('node:v8');
const EventEmitter = require('node:events');
const { performance, monitorEventLoopDelay } = require('node:perf_hooks');

const MB = 1024 * 1024;
const bus = new EventEmitter();

const settings = Object.fromEntries(
  Object.entries({
    PORT: 3000,
    SAMPLE_MS: 1000,
    LEAK_WINDOW: 10,
    LEAK_GROWTH_MB: 10,
    BLOCK_THRESHOLD_MS: 100,
    DEREGISTER_MS: 0,
    SHUTDOWN_TIMEOUT_MS: 10000,
  }).map(([name, fallback]) => [
    name,
    process.env[name] === undefined ? fallback : Number(process.env[name]),
  ]),
);

// ---- Module: lines. -------------------------------------------------------------------------------------------

(function lines() {
  let number = 0;
  bus.on('say', (event, fields) => {
    number += 1;
    console.log(
      JSON.stringify({ n: number, time: new Date().toISOString(), pid: process.pid, ...fields, event }),
    );
  });
  bus.on('remark', (text) => console.error(`${process.uptime().toFixed(3)}s ${text}`));
})();

// ---- Module: clock. One interval for all who sample. ----------------------------------------------------------

bus.once('listening', () => setInterval(() => bus.emit('sample'), settings.SAMPLE_MS));

// ---- Module: leak. --------------------------------------------------------------------------------------------

const leak = (function leakModule() {
  const window = Math.max(1, settings.LEAK_WINDOW);
  const profiler = new v8.GCProfiler();
  // One entry a sample: what was left on the heap after the last collection before it.
  const floors = [{ at: performance.now(), mb: process.memoryUsage().heapUsed / MB }];
  let trustUntil = 0;
  let count = 0;
  const verdict = { suspected: false, growthMBPerMinute: 0, samples: 1 };
  profiler.start();

  bus.on('sample', () => {
    const collections = profiler.stop().statistics;
    profiler.start();
    const latest = collections.length > 0 ? collections[collections.length - 1] : null;
    floors.push({
      at: performance.now(),
      mb: latest ? latest.afterGC.heapStatistics.usedHeapSize / MB : floors[floors.length - 1].mb,
    });
    if (floors.length > 3 * window + 1) floors.shift();
    count += 1;
    judge();
  });

  function judge() {
    const last = floors.length - 1;
    const minutes = (floors[last].at - floors[0].at) / 60000;
    verdict.samples = floors.length;
    verdict.growthMBPerMinute = minutes > 0 ? (floors[last].mb - floors[0].mb) / minutes : 0;
    if (last < 3 * window) return;
    // A step lifts the floor within one window, or within two where its second half is seen later. A leak lifts it in each.
    const grew = [0, 1, 2].every((back) => {
      const end = last - back * window;
      return floors[end].mb - floors[end - window].mb >= settings.LEAK_GROWTH_MB;
    });
    if (grew) trustUntil = count + 3 * window;
    if (grew && !verdict.suspected) {
      verdict.suspected = true;
      bus.emit('say', 'leak.suspected', {
        growthMBPerMinute: verdict.growthMBPerMinute,
        heapUsedMB: process.memoryUsage().heapUsed / MB,
        windows: 3,
      });
    } else if (verdict.suspected && count > trustUntil) {
      verdict.suspected = false;
      bus.emit('remark', 'the heap has been quiet for three windows');
    }
  }

  return verdict;
})();

// ---- Module: blocks. ------------------------------------------------------------------------------------------

const blocks = (function blocksModule() {
  const step = 20;
  const seen = { count: 0, longestMs: 0 };
  let due = 0;

  function look() {
    const late = Math.floor(performance.now() - due);
    if (late >= settings.BLOCK_THRESHOLD_MS) {
      seen.count += 1;
      if (late > seen.longestMs) seen.longestMs = late;
      bus.emit('say', 'loop.blocked', { durationMs: late, thresholdMs: settings.BLOCK_THRESHOLD_MS });
    }
    next();
  }
  function next() {
    due = performance.now() + step;
    setTimeout(look, step);
  }
  bus.once('listening', next);
  return seen;
})();

// ---- Module: figures. -----------------------------------------------------------------------------------------

const figures = (function figuresModule() {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  let then = { cpu: process.cpuUsage(), at: performance.now() };
  let cpuPercent = 0;

  bus.on('sample', () => {
    const now = { cpu: process.cpuUsage(), at: performance.now() };
    const micros = now.cpu.user + now.cpu.system - then.cpu.user - then.cpu.system;
    cpuPercent = now.at > then.at ? micros / 10 / (now.at - then.at) : 0;
    then = now;
  });

  const number = (value) => (Number.isFinite(value) ? Math.round(value * 1000) / 1000 : 0);

  return function read(status) {
    const memory = process.memoryUsage();
    const types = process.getActiveResourcesInfo();
    const byType = {};
    for (const type of types) byType[type] = (byType[type] || 0) + 1;
    return {
      blocks: { count: blocks.count, longestMs: blocks.longestMs },
      leak: { ...leak, growthMBPerMinute: number(leak.growthMBPerMinute) },
      resources: { byType, total: types.length },
      eventLoop: {
        utilization: Math.min(1, Math.max(0, number(performance.eventLoopUtilization().utilization))),
        lagMaxMs: number(histogram.max / 1e6),
        lagP99Ms: number(histogram.percentile(99) / 1e6),
      },
      cpuPercent: number(cpuPercent),
      memory: {
        externalMB: number(memory.external / MB),
        heapUsedMB: number(memory.heapUsed / MB),
        rssMB: number(memory.rss / MB),
        arrayBuffersMB: number(memory.arrayBuffers / MB),
      },
      uptimeSeconds: number(process.uptime()),
      pid: process.pid,
      status,
    };
  };
})();

// ---- Module: snapshots. ---------------------------------------------------------------------------------------

(function snapshots() {
  let busy = false;
  process.on('SIGUSR2', () => {
    if (busy) return bus.emit('remark', 'SIGUSR2: a snapshot is being written, this one is not');
    busy = true;
    try {
      const file = path.join(
        process.env.DIAG_DIR || '.',
        `heap.${process.pid}.${process.hrtime.bigint()}.heapsnapshot`,
      );
      bus.emit('remark', `wrote ${v8.writeHeapSnapshot(file)}`);
    } catch (error) {
      bus.emit('remark', `no snapshot: ${error.message}`);
    }
    // The loop stood still meanwhile. Signals that came then are delivered only in its next turns: they count as "while".
    let turns = 3;
    (function settle() {
      if (turns === 0) busy = false;
      else {
        turns -= 1;
        setTimeout(settle, 5);
      }
    })();
  });
})();

// ---- Module: service. -----------------------------------------------------------------------------------------

const service = (function serviceModule() {
  const memory = [];
  const active = new Set();
  const state = { ready: true, lastAnswers: false, active };
  let scratch = null;

  const work = {
    block(query) {
      for (const end = performance.now() + Number(query.get('ms')); performance.now() < end; );
    },
    leak(query) {
      // Small objects, each with an array of a thousand bytes.
      const made = [];
      for (let left = Number(query.get('kb')); left > 0; left -= 1)
        made.push({ left, row: new Array(124).fill(left + 0.5) });
      memory.push(made);
    },
    cache(query) {
      const table = new Map();
      for (let row = 0; row < Number(query.get('mb')); row += 1)
        table.set(row, new Array(MB / 8).fill(row + 0.5));
      memory.push(table);
    },
    churn(query) {
      for (let left = Number(query.get('mb')) * 1024; left > 0; left -= 1) scratch = new Array(128).fill(0);
      scratch = null;
    },
  };

  const routes = {
    '/': () => [200, { ok: true }],
    '/livez': () => [200, { status: 'alive' }],
    '/readyz': () => (state.ready ? [200, { status: 'ready' }] : [503, { status: 'not ready' }]),
    '/health/report': () => [
      200,
      figures(!state.ready ? 'shutting-down' : leak.suspected ? 'degraded' : 'healthy'),
    ],
  };

  const server = http.createServer({ keepAliveTimeout: 30000 }, (request, response) => {
    active.add(response);
    response.on('close', () => {
      active.delete(response);
      bus.emit('answered');
    });
    const { pathname, searchParams } = new URL(request.url, 'http://127.0.0.1/');
    const send = (status, body, done) => {
      const headers = { 'Content-Type': 'application/json' };
      if (state.lastAnswers) headers.Connection = 'close';
      response.writeHead(status, headers);
      response.end(JSON.stringify(body), done);
    };
    const load = request.method === 'POST' && /^\/load\/(block|leak|cache|churn)$/.exec(pathname);
    if (load) return send(202, { load: load[1] }, () => setImmediate(() => work[load[1]](searchParams)));
    if (pathname === '/slow') {
      return void setTimeout(() => send(200, { id: searchParams.get('id') }), Number(searchParams.get('ms')));
    }
    if (pathname === '/hang') return;
    const route = Object.hasOwn(routes, pathname)
      ? routes[pathname]
      : () => [404, { error: 'no such thing' }];
    send(...route());
  });

  server.listen(settings.PORT, '127.0.0.1', () => {
    bus.emit('listening');
    bus.emit('say', 'ready', { port: server.address().port });
  });
  state.server = server;
  return state;
})();

// ---- Module: shutdown. ----------------------------------------------------------------------------------------

(function shutdown() {
  let deadline = null;

  function notBefore(time, then) {
    const left = time - performance.now();
    if (left <= 0) then();
    else setTimeout(notBefore, Math.min(Math.ceil(left), 2147483647), time, then);
  }

  function end(event, code) {
    bus.emit('say', 'health.final', figures('shutting-down'));
    bus.emit('say', event, { exitCode: code });
    process.exit(code);
  }

  function begin(signal) {
    if (deadline !== null) return bus.emit('remark', `${signal} again, the shutdown is under way`);
    const began = performance.now();
    deadline = began + settings.SHUTDOWN_TIMEOUT_MS;
    service.ready = false;
    bus.emit('say', 'shutdown.start', { signal, requests: service.active.size });
    notBefore(deadline, () => end('shutdown.forced', 1));
    const stopAt = began + settings.DEREGISTER_MS;
    if (stopAt >= deadline) return; // The limit comes first.
    notBefore(stopAt, () => {
      service.lastAnswers = true;
      // Those who have just come in and have not asked yet get a moment.
      const quietAt = performance.now() + Math.min(150, (deadline - performance.now()) / 5);
      service.server.close();
      const check = () => {
        if (service.active.size === 0 && performance.now() >= quietAt) end('shutdown.complete', 0);
      };
      bus.on('answered', () => setImmediate(check));
      notBefore(quietAt, check);
    });
  }

  process.on('SIGTERM', begin);
  process.on('SIGINT', begin);
})();
