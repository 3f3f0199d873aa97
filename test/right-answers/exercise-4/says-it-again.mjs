// style: One big object with methods; repeats its suspicion while it lasts; keeps sockets by hand and ends the silent ones.

import { mkdirSync } from 'node:fs';
import http from 'node:http';
import v8 from 'node:v8';

const config = Object.fromEntries(
  Object.entries({
    PORT: 3000,
    SAMPLE_MS: 1000,
    LEAK_WINDOW: 10,
    LEAK_GROWTH_MB: 10,
    BLOCK_THRESHOLD_MS: 100,
    DEREGISTER_MS: 0,
    SHUTDOWN_TIMEOUT_MS: 10000,
  }).map(([name, fallback]) => [name, Number(process.env[name] ?? fallback)]),
);

const log = (event, more) => console.log(JSON.stringify({ time: Date.now(), event, ...more }));
const inMB = (bytes) => Math.round((bytes / 1024 / 1024) * 100) / 100;

const memoryHog = {
  kept: [],
  make: () => new Array(128).fill(1),
  leak(kb) {
    while (kb-- > 0) this.kept.push(this.make());
  },
  churn(kb) {
    while (kb-- > 0) this.make();
  },
  block(ms) {
    const from = process.hrtime.bigint();
    while (Number(process.hrtime.bigint() - from) / 1e6 < ms);
  },
};

const manager = {
  phase: 'up',
  sockets: new Set(),
  busy: new Set(),
  history: [],
  suspicion: { suspected: false, growthMBPerMinute: 0, samples: 0 },
  blocks: { count: 0, longestMs: 0 },
  lags: [0],
  cpu: { usage: process.cpuUsage(), at: Date.now(), percent: 0 },
  elu: performance.eventLoopUtilization(),
  utilization: 0,
  lastTick: process.hrtime.bigint(),
  snapshotUntil: 0,

  /** The heap without its nursery, so that garbage that dies young is not counted. */
  oldHeapMB() {
    const nursery = v8
      .getHeapSpaceStatistics()
      .filter((space) => space.space_name.startsWith('new_'))
      .reduce((sum, space) => sum + space.space_used_size, 0);
    return (process.memoryUsage().heapUsed - nursery) / 1024 / 1024;
  },

  sample() {
    const { SAMPLE_MS, LEAK_WINDOW, LEAK_GROWTH_MB } = config;
    const at = Date.now();
    const usage = process.cpuUsage();
    const used = usage.user + usage.system - this.cpu.usage.user - this.cpu.usage.system;
    this.cpu = { usage, at, percent: used / 10 / Math.max(1, at - this.cpu.at) };
    const elu = performance.eventLoopUtilization();
    this.utilization = performance.eventLoopUtilization(elu, this.elu).utilization;
    this.elu = elu;

    this.history.push({ at, mb: this.oldHeapMB() });
    const needed = 2 * LEAK_WINDOW + 1;
    if (this.history.length > needed) this.history.shift();
    if (this.history.length < needed) return;
    const [first, middle, last] = [this.history[0], this.history[LEAK_WINDOW], this.history.at(-1)];
    const windows = (last.at - first.at) / (SAMPLE_MS * LEAK_WINDOW);
    const older = middle.mb - first.mb;
    const newer = last.mb - middle.mb;
    const perWindow = (older + newer) / windows;
    // Both halves have their share, or it was one step.
    const suspected = perWindow >= LEAK_GROWTH_MB && Math.min(older, newer) >= 0.2 * (older + newer);
    this.suspicion = {
      suspected,
      growthMBPerMinute: ((older + newer) / (last.at - first.at)) * 60000,
      samples: this.history.length,
    };
    if (suspected) {
      log('leak.suspected', {
        growthMBPerMinute: this.suspicion.growthMBPerMinute,
        heapUsedMB: inMB(process.memoryUsage().heapUsed),
      });
    }
  },

  tick() {
    const now = process.hrtime.bigint();
    const lag = Math.max(0, Number(now - this.lastTick) / 1e6 - 15);
    this.lastTick = now;
    this.lags.push(lag);
    if (this.lags.length > 500) this.lags.shift();
    if (lag >= config.BLOCK_THRESHOLD_MS) {
      this.blocks = { count: this.blocks.count + 1, longestMs: Math.max(lag, this.blocks.longestMs) };
      log('loop.blocked', { durationMs: lag });
    }
    setTimeout(() => this.tick(), 15).unref();
  },

  report() {
    const memory = process.memoryUsage();
    const byType = {};
    for (const type of process.getActiveResourcesInfo()) byType[type] = (byType[type] ?? 0) + 1;
    const sorted = [...this.lags].sort((a, b) => a - b);
    return {
      pid: process.pid,
      status: this.phase !== 'up' ? 'shutting-down' : this.suspicion.suspected ? 'degraded' : 'healthy',
      uptimeSeconds: process.uptime(),
      memory: {
        rssMB: inMB(memory.rss),
        heapUsedMB: inMB(memory.heapUsed),
        externalMB: inMB(memory.external),
      },
      cpuPercent: this.cpu.percent,
      eventLoop: {
        lagP99Ms: sorted[Math.floor((sorted.length - 1) * 0.99)],
        lagMaxMs: sorted.at(-1),
        utilization: this.utilization,
      },
      resources: { total: Object.values(byType).reduce((a, b) => a + b, 0), byType },
      leak: this.suspicion,
      blocks: this.blocks,
    };
  },

  stop(signal) {
    if (this.phase !== 'up') return;
    this.phase = 'leaving';
    log('shutdown.start', { signal });
    this.limit = setTimeout(() => this.leave('shutdown.forced', 1), config.SHUTDOWN_TIMEOUT_MS);
    setTimeout(() => {
      this.phase = 'closing';
      server.close(() => this.leave('shutdown.complete', 0));
      for (const socket of this.sockets) if (!this.busy.has(socket)) socket.destroy();
    }, config.DEREGISTER_MS);
  },

  leave(event, code) {
    if (this.phase === 'left') return;
    this.phase = 'left';
    clearTimeout(this.limit);
    log('health.final', this.report());
    log(event);
    process.exitCode = code;
    // What is in the pipe is written before the callback comes.
    process.stdout.write('', () => process.exit());
  },

  snapshot() {
    if (Date.now() < this.snapshotUntil) return;
    const folder = process.env.DIAG_DIR ?? '.';
    mkdirSync(folder, { recursive: true });
    v8.writeHeapSnapshot(`${folder}/heap-${Date.now()}.heapsnapshot`);
    this.snapshotUntil = Date.now() + 150;
  },
};

const server = http.createServer((req, res) => {
  const url = new URL(`http://localhost${req.url}`);
  const number = (name) => Number(url.searchParams.get(name));
  const reply = (status, body) => {
    if (manager.phase === 'closing') res.setHeader('Connection', 'close');
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  };
  const after = (work) => res.writeHead(202).end(() => setImmediate(work));
  manager.busy.add(req.socket);
  res.on('close', () => {
    manager.busy.delete(req.socket);
    if (manager.phase === 'closing') req.socket.end();
  });
  const handlers = {
    'GET /': () => reply(200, {}),
    'GET /slow': () => setTimeout(reply, number('ms'), 200, { id: url.searchParams.get('id') }),
    'GET /hang': () => {},
    'GET /livez': () => reply(200, 'alive'),
    'GET /readyz': () => (manager.phase === 'up' ? reply(200, 'ready') : reply(503, 'leaving')),
    'GET /health/report': () => reply(200, manager.report()),
    'POST /load/block': () => after(() => memoryHog.block(number('ms'))),
    'POST /load/leak': () => after(() => memoryHog.leak(number('kb'))),
    'POST /load/churn': () => after(() => memoryHog.churn(number('mb') * 1024)),
    'POST /load/cache': () => after(() => memoryHog.leak(number('mb') * 1024)),
  };
  (handlers[`${req.method} ${url.pathname}`] ?? (() => reply(404, {})))();
});

server.on('connection', (socket) => {
  manager.sockets.add(socket);
  socket.on('close', () => manager.sockets.delete(socket));
});

process.on('SIGTERM', () => manager.stop('SIGTERM'));
process.on('SIGINT', () => manager.stop('SIGINT'));
process.on('SIGUSR2', () => manager.snapshot());
setInterval(() => manager.sample(), config.SAMPLE_MS).unref();
manager.tick();
server.listen(config.PORT, '127.0.0.1', () => log('ready', { port: server.address().port }));
