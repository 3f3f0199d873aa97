// style: TypeScript classes that emit events and know nothing of each other; the lowest reading of each third; natural end.
import { EventEmitter } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { getHeapSnapshot } from 'node:v8';

const bytesPerMB = 1024 ** 2;

function numberFrom(name: string, fallback: number): number {
  const value = process.env[name];
  return value === undefined || value === '' ? fallback : Number.parseFloat(value);
}

const settings = Object.freeze({
  port: numberFrom('PORT', 3000),
  sampleMs: numberFrom('SAMPLE_MS', 1000),
  leakWindow: numberFrom('LEAK_WINDOW', 10),
  leakGrowthMB: numberFrom('LEAK_GROWTH_MB', 10),
  blockThresholdMs: numberFrom('BLOCK_THRESHOLD_MS', 100),
  deregisterMs: numberFrom('DEREGISTER_MS', 0),
  shutdownTimeoutMs: numberFrom('SHUTDOWN_TIMEOUT_MS', 10_000),
  diagDir: process.env.DIAG_DIR ?? process.cwd(),
});

interface Leak {
  suspected: boolean;
  growthMBPerMinute: number;
  samples: number;
}

/** Emits 'suspected' when suspicion begins. */
class HeapWatch extends EventEmitter {
  private readonly heap: { atMs: number; usedMB: number }[] = [];
  public leak: Leak = { suspected: false, growthMBPerMinute: 0, samples: 0 };

  public constructor(private readonly length: number) {
    super();
  }

  public sample(): void {
    this.heap.push({ atMs: performance.now(), usedMB: process.memoryUsage().heapUsed / bytesPerMB });
    if (this.heap.length > this.length) this.heap.shift();
    const third = Math.floor(this.length / 3);
    if (this.heap.length < this.length) return;
    const lows = [0, 1, 2].map((part) => {
      const readings = this.heap.slice(part * third, (part + 1) * third);
      return readings.reduce((low, reading) => (reading.usedMB < low.usedMB ? reading : low));
    });
    const [early, middle, late] = lows as [
      { atMs: number; usedMB: number },
      { usedMB: number },
      { atMs: number; usedMB: number },
    ];
    const growthPerMs = (late.usedMB - early.usedMB) / (late.atMs - early.atMs);
    const perWindowMB = growthPerMs * settings.leakWindow * settings.sampleMs;
    const share = (middle.usedMB - early.usedMB) / (late.usedMB - early.usedMB);
    const suspected = perWindowMB >= settings.leakGrowthMB && share > 0.15 && share < 0.85;
    const begins = suspected && !this.leak.suspected;
    this.leak = { suspected, growthMBPerMinute: growthPerMs * 60_000, samples: this.heap.length };
    if (begins) this.emit('suspected', { growthMBPerMinute: growthPerMs * 60_000, heapUsedMB: late.usedMB });
  }
}

/** Emits 'blocked' with the duration, measured by a chain of timers. */
class LoopWatch extends EventEmitter {
  private static readonly stepMs = 8;
  private readonly lags: number[] = [];
  public count = 0;
  public longestMs = 0;

  public start(): void {
    const dueMs = performance.now() + LoopWatch.stepMs;
    setTimeout(() => {
      const lagMs = Math.max(0, performance.now() - dueMs);
      this.lags.push(lagMs);
      if (this.lags.length > 1000) this.lags.splice(0, 500);
      if (lagMs >= settings.blockThresholdMs) {
        this.count++;
        this.longestMs = Math.max(this.longestMs, lagMs);
        this.emit('blocked', { durationMs: lagMs });
      }
      this.start();
    }, LoopWatch.stepMs).unref();
  }

  public figures(): { lagP99Ms: number; lagMaxMs: number } {
    const sorted = this.lags.toSorted((a, b) => a - b);
    return { lagP99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0, lagMaxMs: sorted.at(-1) ?? 0 };
  }
}

class Service {
  private readonly heap = new HeapWatch(Math.max(6, Math.round(settings.leakWindow * 2.25)));
  private readonly loop = new LoopWatch();
  private readonly kept: unknown[] = [];
  private signal: NodeJS.Signals | undefined;
  private isWriting = false;
  private lastCpu = process.cpuUsage();
  private lastCpuAtMs = performance.now();
  private cpuPercent = 0;
  private readonly server = createServer(this.handler());

  public start(): void {
    this.heap.on('suspected', (fields: object) => this.say('leak.suspected', fields));
    this.loop.on('blocked', (fields: object) => this.say('loop.blocked', fields));
    this.loop.start();
    setInterval(() => {
      this.heap.sample();
      const used = process.cpuUsage(this.lastCpu);
      const nowMs = performance.now();
      this.cpuPercent = (used.user + used.system) / 10 / Math.max(1, nowMs - this.lastCpuAtMs);
      this.lastCpu = process.cpuUsage();
      this.lastCpuAtMs = nowMs;
    }, settings.sampleMs).unref();
    process.on('SIGTERM', (signal) => this.stop(signal));
    process.on('SIGINT', (signal) => this.stop(signal));
    process.on('SIGUSR2', () => this.writeSnapshot());
    this.server.listen(settings.port, '127.0.0.1', () => {
      this.say('ready', { port: (this.server.address() as AddressInfo).port });
    });
  }

  private say(event: string, fields: object = {}): void {
    console.log(JSON.stringify({ ...fields, event }));
  }

  private report(): object {
    const memory = process.memoryUsage();
    const byType: { [type: string]: number } = {};
    for (const type of process.getActiveResourcesInfo()) byType[type] = 1 + (byType[type] ?? 0);
    let status = 'healthy';
    if (this.heap.leak.suspected) status = 'degraded';
    if (this.signal) status = 'shutting-down';
    return {
      status,
      pid: process.pid,
      uptimeSeconds: performance.now() / 1000,
      memory: {
        rssMB: memory.rss / bytesPerMB,
        heapUsedMB: memory.heapUsed / bytesPerMB,
        externalMB: memory.external / bytesPerMB,
      },
      cpuPercent: this.cpuPercent,
      eventLoop: { ...this.loop.figures(), utilization: performance.eventLoopUtilization().utilization },
      resources: { total: Object.values(byType).reduce((sum, each) => sum + each, 0), byType },
      leak: this.heap.leak,
      blocks: { count: this.loop.count, longestMs: this.loop.longestMs },
    };
  }

  private handler(): RequestListener {
    return (request, response) => {
      const url = new URL(request.url ?? '', 'http://service');
      const size = (name: string): number => Number(url.searchParams.get(name));
      if (request.method === 'POST') {
        response.writeHead(202);
        response.end(() => setImmediate(() => this.load(url.pathname, size)));
        return;
      }
      if (url.pathname === '/hang') return;
      if (url.pathname === '/slow') {
        setTimeout(() => this.answer(response, 200, { id: url.searchParams.get('id') }), size('ms'));
        return;
      }
      if (url.pathname === '/health/report') this.answer(response, 200, this.report());
      else if (url.pathname === '/readyz') this.answer(response, this.signal ? 503 : 200, {});
      else this.answer(response, ['/', '/livez'].includes(url.pathname) ? 200 : 404, {});
    };
  }

  private answer(response: ServerResponse, status: number, body: object): void {
    if (this.signal) response.shouldKeepAlive = false;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  private load(path: string, size: (name: string) => number): void {
    const kilobyte = (): number[] => new Array<number>(128).fill(7);
    if (path === '/load/block') {
      const untilMs = performance.now() + size('ms');
      while (performance.now() < untilMs) Math.sqrt(untilMs);
    }
    if (path === '/load/leak') for (let kb = 0; kb < size('kb'); kb++) this.kept.push(kilobyte());
    if (path === '/load/cache') for (let kb = 0; kb < size('mb') * 1024; kb++) this.kept.push(kilobyte());
    if (path === '/load/churn') for (let kb = 0; kb < size('mb') * 1024; kb++) kilobyte();
  }

  private stop(signal: NodeJS.Signals): void {
    if (this.signal) return;
    this.signal = signal;
    this.say('shutdown.start', { signal });
    const limit = setTimeout(() => {
      this.say('health.final', this.report());
      this.say('shutdown.forced');
      process.exitCode = 1;
      this.server.removeAllListeners('close');
      process.stdout.write('', () => process.exit());
    }, settings.shutdownTimeoutMs);
    this.server.once('close', () => {
      clearTimeout(limit);
      this.say('health.final', this.report());
      this.say('shutdown.complete');
    });
    setTimeout(() => this.server.close(), settings.deregisterMs);
  }

  private writeSnapshot(): void {
    if (this.isWriting) return;
    this.isWriting = true;
    const file = createWriteStream(resolve(settings.diagDir, `${Date.now()}.heapsnapshot`));
    file.once('close', () => {
      this.isWriting = false;
    });
    getHeapSnapshot().pipe(file);
  }
}

new Service().start();
