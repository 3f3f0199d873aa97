// style: A second thread prints the blocks itself, and the main thread only counts them; numbers are rounded to whole ones.
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeHeapSnapshot } from 'node:v8';
import { type MessagePort, parentPort, Worker } from 'node:worker_threads';

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

function setting(name: string, fallback: number): number {
  return Number(process.env[name] ?? fallback);
}

function print(event: string, fields: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

const kept: number[][] = [];

/** 128 elements of 8 bytes each. */
function allocateKB(): number[] {
  return new Array(128).fill(0);
}

function keepKB(count: number): void {
  for (let made = 0; made < count; made += 1) kept.push(allocateKB());
}

function churnKB(count: number): void {
  for (let made = 0; made < count; made += 1) allocateKB();
}

function blockLoop(ms: number): void {
  const endAtMs = performance.now() + ms;
  while (performance.now() < endAtMs);
}

const loads = new Map([
  ['/load/block', (query: URLSearchParams) => blockLoop(Number(query.get('ms')))],
  ['/load/leak', (query: URLSearchParams) => keepKB(Number(query.get('kb')))],
  ['/load/churn', (query: URLSearchParams) => churnKB(Number(query.get('mb')) * 1024)],
  ['/load/cache', (query: URLSearchParams) => keepKB(Number(query.get('mb')) * 1024)],
]);

function answer(response: ServerResponse, status: number, body: object): void {
  if (!server.listening) response.setHeader('connection', 'close');
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function serve(request: IncomingMessage, response: ServerResponse): void {
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

// ---- The health manager: a second thread watches the loop, minima show the leak. ----------------------------

const bytesPerMB = 1024 * 1024;
const betweenQuestionsMs = 10;
// A block that lasts this many times the threshold is told of while it lasts, for it may never end.
const stuckTimes = 20;

const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The worker's side. It asks the main thread again and again; how long the answer takes is how long the loop was held. */
function watchMainThread(main: MessagePort): void {
  let askedAtMs = 0;
  let stuck: NodeJS.Timeout;
  const ask = (): void => {
    askedAtMs = nowMs();
    main.postMessage({ kind: 'ask' });
    stuck = setTimeout(tellStuck, stuckTimes * settings.blockThresholdMs);
  };
  main.on('message', (readAtMs: number) => {
    clearTimeout(stuck);
    const durationMs = readAtMs - askedAtMs;
    if (durationMs >= settings.blockThresholdMs) {
      // Straight into the pipe: a worker's own stream would wait for the main thread.
      writeSync(1, `${JSON.stringify({ event: 'loop.blocked', durationMs: Math.floor(durationMs) })}\n`);
      main.postMessage({ kind: 'blocked', durationMs: Math.floor(durationMs) });
    }
    setTimeout(ask, betweenQuestionsMs);
  });
  ask();
}

/** A worker's own streams go through the main thread, which cannot pass anything on now. */
function tellStuck(): void {
  try {
    writeSync(2, `${JSON.stringify({ event: 'loop.stuck', pid: process.pid })}\n`);
  } catch {
    // A full pipe is no reason to lose the watch.
  }
}

interface Minimum {
  atMs: number;
  heapUsedMB: number;
}

/**
 * The heap's lowest readings, one for each part of two windows. Garbage lifts the readings between two collections and not
 * the lowest ones; a cache lifts one minimum over the one before it; a leak lifts every one over the one before it.
 */
class RisingMinima {
  static readonly parts = 4;
  readonly #samples: Minimum[] = [];

  add(sample: Minimum): void {
    this.#samples.push(sample);
    if (this.#samples.length > 2 * settings.leakWindow) this.#samples.shift();
  }

  get #minima(): Minimum[] {
    const length = this.#samples.length / RisingMinima.parts;
    if (this.#samples.length < 2 * settings.leakWindow) return [];
    return Array.from({ length: RisingMinima.parts }, (_, part) => {
      const samples = this.#samples.slice(Math.round(part * length), Math.round((part + 1) * length));
      return samples.reduce((lowest, each) => (each.heapUsedMB < lowest.heapUsedMB ? each : lowest));
    });
  }

  judge(): { suspected: boolean; growthMBPerMinute: number; samples: number } {
    const samples = this.#samples.length;
    const minima = this.#minima;
    const first = minima[0];
    const last = minima.at(-1);
    if (!first || !last) return { suspected: false, growthMBPerMinute: 0, samples };
    const rises = minima.slice(1).map((each, index) => each.heapUsedMB - (minima[index]?.heapUsedMB ?? 0));
    const growthMBPerMs = (last.heapUsedMB - first.heapUsedMB) / Math.max(1, last.atMs - first.atMs);
    const growthMBPerWindow = growthMBPerMs * settings.leakWindow * settings.sampleMs;
    const everyPartMB = settings.leakGrowthMB / (2 * RisingMinima.parts);
    const suspected =
      growthMBPerWindow >= settings.leakGrowthMB && rises.every((rise) => rise >= everyPartMB);
    return { suspected, growthMBPerMinute: growthMBPerMs * 60_000, samples };
  }
}

const minima = new RisingMinima();
const gaps = monitorEventLoopDelay({ resolution: 10 });
const blocks = { count: 0, longestMs: 0 };
const eventLoop = { lagP99Ms: 0, lagMaxMs: 0, utilization: 0 };
const last = { atMs: nowMs(), usage: process.cpuUsage(), loop: performance.eventLoopUtilization() };
let leak = minima.judge();
let cpuPercent = 0;

const stopping = new AbortController();

function sample(): void {
  const atMs = nowMs();
  const usage = process.cpuUsage();
  const loop = performance.eventLoopUtilization();
  const usedMs = (usage.user + usage.system - last.usage.user - last.usage.system) / 1000;
  cpuPercent = (100 * usedMs) / Math.max(1, atMs - last.atMs);
  eventLoop.utilization = performance.eventLoopUtilization(loop, last.loop).utilization;
  eventLoop.lagP99Ms = Math.max(0, gaps.percentile(99) / 1e6 - 10);
  eventLoop.lagMaxMs = Math.max(0, gaps.max / 1e6 - 10);
  gaps.reset();
  Object.assign(last, { atMs, usage, loop });

  const heapUsedMB = process.memoryUsage().heapUsed / bytesPerMB;
  minima.add({ atMs, heapUsedMB });
  const wasSuspected = leak.suspected;
  leak = minima.judge();
  if (leak.suspected && !wasSuspected) {
    print('leak.suspected', { growthMBPerMinute: leak.growthMBPerMinute, heapUsedMB });
  }
}

function noteBlock(durationMs: number): void {
  blocks.count += 1;
  blocks.longestMs = Math.max(blocks.longestMs, durationMs);
}

/** Resolves when the worker has asked for the first time: from then on no block goes unseen. */
async function startWatch(): Promise<void> {
  const watcher = new Worker(new URL(import.meta.url));
  watcher.on('message', (message: { kind: string; durationMs: number }) => {
    if (message.kind === 'ask') watcher.postMessage(nowMs());
    else noteBlock(message.durationMs);
  });
  await once(watcher, 'message');
  watcher.unref();
}

function healthReport(): object {
  const { rss, heapUsed, external } = process.memoryUsage();
  const types = process.getActiveResourcesInfo();
  const byType: Record<string, number> = {};
  for (const type of types) byType[type] = (byType[type] ?? 0) + 1;
  const serving = leak.suspected ? 'degraded' : 'healthy';
  return {
    status: stopping.signal.aborted ? 'shutting-down' : serving,
    pid: process.pid,
    uptimeSeconds: Math.ceil(process.uptime()),
    memory: {
      rssMB: Math.round(rss / bytesPerMB),
      heapUsedMB: Math.round(heapUsed / bytesPerMB),
      externalMB: Math.round(external / bytesPerMB),
    },
    cpuPercent: Math.round(cpuPercent),
    eventLoop,
    resources: { total: types.length, byType },
    leak,
    blocks,
  };
}

/** Answers the three health routes; says false for every other path. */
function serveHealth(pathname: string, response: ServerResponse): boolean {
  if (pathname === '/livez') answer(response, 200, {});
  else if (pathname === '/readyz') answer(response, stopping.signal.aborted ? 503 : 200, {});
  else if (pathname === '/health/report') answer(response, 200, healthReport());
  else return false;
  return true;
}

/** Every connection, so that a drain can end those that wait for nothing: `close` itself spares a silent one. */
const openSockets = new Map<Socket, number>();

server.on('connection', (socket) => {
  openSockets.set(socket, 0);
  socket.once('close', () => openSockets.delete(socket));
});

server.on('request', ({ socket }, response) => {
  openSockets.set(socket, (openSockets.get(socket) ?? 0) + 1);
  response.once('close', () => {
    if (!openSockets.has(socket)) return;
    const left = (openSockets.get(socket) ?? 1) - 1;
    openSockets.set(socket, left);
    if (!server.listening && left === 0) socket.end();
  });
});

async function drain(): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  for (const [socket, requests] of openSockets) if (requests === 0) socket.end();
  await closed;
}

async function run(): Promise<void> {
  const stop = (signal: NodeJS.Signals): void => stopping.abort(signal);
  // Aborting twice is aborting once, so a signal that comes again changes nothing.
  process.on('SIGTERM', stop).on('SIGINT', stop);
  gaps.enable();
  setInterval(sample, settings.sampleMs).unref();
  await startWatch();
  server.listen(settings.port, '127.0.0.1');
  await once(server, 'listening');
  print('ready', { port: (server.address() as AddressInfo).port });

  if (!stopping.signal.aborted) await once(stopping.signal, 'abort');
  const limit = sleep(settings.shutdownTimeoutMs, 'forced', { ref: false });
  print('shutdown.start', { signal: stopping.signal.reason });
  const clean = sleep(settings.deregisterMs).then(drain);
  const ending = await Promise.race([clean.then(() => 'complete'), limit]);
  print('health.final', healthReport());
  print(`shutdown.${ending}`);
  process.exitCode = ending === 'complete' ? 0 : 1;
  if (ending === 'forced') process.stdout.write('', () => process.exit());
}

let snapshot: Promise<void> | undefined;

/** All who ask while one is being written are served by that one. */
async function writeSnapshot(): Promise<void> {
  writeHeapSnapshot(
    join(settings.diagDir, `${new Date().toISOString().replaceAll(':', '-')}.${process.pid}.heapsnapshot`),
  );
  // Signals that came during the write are told within the next turns of the loop.
  await sleep(50);
}

function askForSnapshot(): Promise<void> {
  snapshot ??= writeSnapshot()
    .catch((error) => print('snapshot.failed', { message: String(error) }))
    .finally(() => {
      snapshot = undefined;
    });
  return snapshot;
}

if (parentPort) {
  watchMainThread(parentPort);
} else {
  process.on('SIGUSR2', askForSnapshot);
  await run();
}
