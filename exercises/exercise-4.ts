import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

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

server.listen(settings.port, '127.0.0.1', () => {
  print('ready', { port: (server.address() as AddressInfo).port });
});

// ---- Yours: the health manager. -----------------------------------------------------------------------------

/** Answers the three health routes; says false for every other path. */
function serveHealth(pathname: string, response: ServerResponse): boolean {
  if (pathname === '/livez' || pathname === '/readyz') answer(response, 200, {});
  else if (pathname === '/health/report') answer(response, 200, healthReport());
  else return false;
  return true;
}

function healthReport(): object {
  return {
    status: 'healthy',
    pid: process.pid,
    // The other fields of the report, every one with a finite number from the first request on.
  };
}

// Every SAMPLE_MS: read memory, CPU and the loop's lag, and judge the heap's trend over the last LEAK_WINDOW samples.
// When suspicion begins: print('leak.suspected', { growthMBPerMinute, heapUsedMB }).

// When the loop was blocked for BLOCK_THRESHOLD_MS or longer: print('loop.blocked', { durationMs }), once a block.

// SIGTERM and SIGINT: shutdown.start, not ready, DEREGISTER_MS, drain, health.final, shutdown.complete; or, when
// SHUTDOWN_TIMEOUT_MS runs out first, health.final, shutdown.forced and exit code 1.

// SIGUSR2, as a stretch: a heap snapshot into settings.diagDir.
