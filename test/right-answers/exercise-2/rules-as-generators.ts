// style: each rule is a generator that is fed one value a sample and yields the change; lag is the longest gap between two beats
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Metrics = { cpuPercent: number; rssMB: number; heapUsedMB: number; loopLagMs: number };
type Change = 'firing' | 'resolved' | undefined;
type RuleText = { name: string; metric: keyof Metrics; above: number; samples?: number };

const env = process.env;
const interval = Number(env.SAMPLE_MS ?? '1000');
const out = (fields: Record<string, unknown>): boolean => process.stdout.write(`${JSON.stringify(fields)}\n`);

function* life(above: number, samples: number): Generator<Change, never, number> {
  let change: Change;
  for (;;) {
    for (let inARow = 0; inARow < samples; ) {
      const value = yield change;
      change = undefined;
      inARow = value > above ? inARow + 1 : 0;
    }
    change = 'firing';
    while ((yield change) > above) change = undefined;
    change = 'resolved';
  }
}

class Watch {
  readonly #life: Generator<Change, never, number>;
  readonly rule: RuleText;
  firing = false;

  constructor(rule: RuleText) {
    this.rule = rule;
    this.#life = life(rule.above, rule.samples ?? 1);
    this.#life.next(0);
  }

  feed(metrics: Metrics): void {
    const { name, metric, above } = this.rule;
    const state = this.#life.next(metrics[metric]).value;
    if (state === undefined) return;
    this.firing = state === 'firing';
    out({ event: 'alert', name, metric, value: metrics[metric], above, state });
  }
}

function readRules(): Watch[] {
  const text =
    env.ALERT_RULES ??
    (env.ALERT_RULES_FILE === undefined ? '[]' : readFileSync(env.ALERT_RULES_FILE, 'utf8'));
  const rules: unknown = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error(`expected a JSON array of rules, got ${text}`);
  return rules.map((rule: RuleText) => {
    if (!['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'].includes(rule?.metric)) {
      throw new Error(`cannot watch the metric "${rule?.metric}"`);
    }
    if (typeof rule.above !== 'number')
      throw new Error(`cannot compare with ${JSON.stringify(rule.above)} (${rule.name})`);
    return new Watch(rule);
  });
}

let watches: Watch[] = [];
try {
  watches = readRules();
} catch (error) {
  console.error(String(error));
  process.exit(1);
}

const beatMs = 12;
let lastBeat = performance.now();
let longestGap = 0;
const beat = (): void => {
  const now = performance.now();
  longestGap = Math.max(longestGap, now - lastBeat);
  lastBeat = now;
};
setInterval(beat, beatMs).unref();

let latest: Metrics | null = null;
let cpuBefore = process.cpuUsage();
let timeBefore = performance.now();

function sample(): void {
  beat();
  const cpu = process.cpuUsage();
  const time = performance.now();
  const memory = process.memoryUsage();
  latest = {
    cpuPercent: (cpu.user - cpuBefore.user + (cpu.system - cpuBefore.system)) / (time - timeBefore) / 10,
    rssMB: memory.rss / 2 ** 20,
    heapUsedMB: memory.heapUsed / 2 ** 20,
    loopLagMs: Math.max(0, longestGap - beatMs),
  };
  longestGap = 0;
  cpuBefore = cpu;
  timeBefore = time;
  out({ event: 'snapshot', ...latest, at: new Date().toISOString(), samplesEvery: interval });
  for (const watch of watches) watch.feed(latest);
}

let memory: number[][] = [];

function busyUntil(end: number): void {
  while (performance.now() < end);
}

function useCpu(end: number): void {
  busyUntil(Math.min(end, performance.now() + 3));
  if (performance.now() < end) setTimeout(useCpu, 0, end);
}

function handle(request: IncomingMessage, response: ServerResponse): unknown {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const ms = Number(searchParams.get('ms'));
  const accept = (work: () => void): unknown => {
    response.statusCode = 202;
    return response.end('accepted', () => setImmediate(work));
  };
  switch (pathname) {
    case '/':
      return response.end('hello');
    case '/health': {
      const alerts = watches.filter((watch) => watch.firing).map((watch) => watch.rule.name);
      response.statusCode = alerts.length === 0 ? 200 : 503;
      return response.end(
        JSON.stringify({ status: alerts.length === 0 ? 'healthy' : 'degraded', metrics: latest, alerts }),
      );
    }
    case '/load/cpu':
      return accept(() => setTimeout(useCpu, 0, performance.now() + ms));
    case '/load/block':
      return accept(() => busyUntil(performance.now() + ms));
    case '/load/memory':
      return accept(() => {
        if (request.method === 'DELETE') memory = [];
        else memory = [...memory, ...fresh(Number(searchParams.get('mb')))];
      });
    default:
      response.statusCode = 404;
      return response.end();
  }
}

function fresh(mb: number): number[][] {
  return Array.from({ length: mb }, (_, index) => new Array(131_072).fill(index + 0.25));
}

const timer = setInterval(sample, interval);
const server = createServer(handle);
server.listen(Number(env.PORT ?? '3000'), '127.0.0.1', () => {
  out({ event: 'ready', port: (server.address() as AddressInfo).port });
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    clearInterval(timer);
    server.close(() => {
      process.exitCode = 0;
    });
  });
}

process.on('SIGHUP', () => {
  try {
    watches = readRules();
  } catch (error) {
    console.error(String(error));
  }
});
