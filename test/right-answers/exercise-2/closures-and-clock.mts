// style: closures over a fluent clock, samples at whole multiples of SAMPLE_MS, the first one at once, extra fields everywhere
import { on } from 'node:events';
import { readFileSync } from 'node:fs';
import * as http from 'node:http';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

type Probe = () => number;
type Verdict = { value: number; state: string } | undefined;

const probes: Record<string, Probe> = {
  cpuPercent: cpuProbe(),
  rssMB: () => process.memoryUsage.rss() / 1_048_576,
  heapUsedMB: () => process.memoryUsage().heapUsed / 1_048_576,
  loopLagMs: lagProbe(),
};

function cpuProbe(): Probe {
  let last = { at: performance.now(), micros: total(process.cpuUsage()) };
  return () => {
    const now = { at: performance.now(), micros: total(process.cpuUsage()) };
    const percent = now.at > last.at ? (now.micros - last.micros) / (now.at - last.at) / 10 : 0;
    last = now;
    return Number(percent.toFixed(1));
  };
}

function total({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

function lagProbe(): Probe {
  const resolution = 10;
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  return () => {
    const worst = histogram.count === 0 ? 0 : Math.max(0, Math.round(histogram.max / 1e6) - resolution);
    histogram.reset();
    return worst;
  };
}

type RuleText = { name: string; metric: string; above: number; samples?: number };

function ruleOf({ name, metric, above, samples = 1 }: RuleText) {
  if (!Object.keys(probes).includes(metric))
    throw new RangeError(`${JSON.stringify(name)} asks for ${metric}`);
  if (!Number.isFinite(above)) throw new RangeError(`${JSON.stringify(name)} compares with ${above}`);
  let left = samples;
  let firing = false;
  return {
    name,
    describe: { name, metric, above },
    isFiring: () => firing,
    judge(values: Record<string, number>): Verdict {
      const value = values[metric] as number;
      left = value > above ? left - 1 : samples;
      if (firing && value <= above) {
        firing = false;
        return { value, state: 'resolved' };
      }
      if (firing || left > 0) return undefined;
      firing = true;
      return { value, state: 'firing' };
    },
  };
}

function readRules() {
  const { ALERT_RULES, ALERT_RULES_FILE } = process.env;
  const text = ALERT_RULES ?? (ALERT_RULES_FILE ? readFileSync(ALERT_RULES_FILE, 'utf8') : '[]');
  const list = JSON.parse(text) as RuleText[];
  if (!Array.isArray(list)) throw new SyntaxError('the rules have to be an array');
  return list.map(ruleOf);
}

function tell(event: string, rest: object): void {
  process.stdout.write(`${JSON.stringify({ event, pid: process.pid, ...rest })}\n`);
}

let rules: ReturnType<typeof readRules> = [];
try {
  rules = readRules();
} catch (error) {
  process.stderr.write(`proc: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

if (process.exitCode !== 1) main();

function main(): void {
  const everyMs = Number(process.env.SAMPLE_MS ?? 1000);
  let values: Record<string, number> = {};
  let count = 0;
  let timer: NodeJS.Timeout;
  const utilization = performance.eventLoopUtilization();

  const sample = (): void => {
    values = Object.fromEntries(Object.entries(probes).map(([name, read]) => [name, read()]));
    count += 1;
    const busy = performance.eventLoopUtilization(utilization).utilization;
    tell('snapshot', { count, ...values, busy, at: new Date().toISOString() });
    for (const rule of rules) {
      const verdict = rule.judge(values);
      if (verdict) tell('alert', { ...rule.describe, ...verdict, count });
    }
  };

  const again = (): void => {
    const now = performance.now();
    const due = everyMs * Math.floor(now / everyMs + 1.5);
    timer = setTimeout(() => {
      sample();
      again();
    }, due - now);
  };

  const store: unknown[] = [];
  const work: Record<string, (q: URLSearchParams) => void> = {
    'POST /load/block': (q) => busy(Number(q.get('ms'))),
    'POST /load/cpu': (q) => void slices(Number(q.get('ms'))),
    'POST /load/memory': (q) => {
      for (let i = 0; i < Number(q.get('mb')); i++) store.push(new Array(131_072).fill(Math.random()));
    },
    'DELETE /load/memory': () => void store.splice(0),
  };

  function busy(ms: number): void {
    for (const end = performance.now() + ms; performance.now() < end; );
  }

  async function slices(ms: number): Promise<void> {
    for (const end = performance.now() + ms; performance.now() < end; ) {
      busy(4);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  const server = http.createServer();
  server.on('request', (request, response) => {
    const url = new URL(request.url, 'http://x');
    const load = work[`${request.method} ${url.pathname}`];
    if (load) {
      response.writeHead(202, { 'content-length': 0 });
      response.end(() => setImmediate(load, url.searchParams));
      return;
    }
    const alerts = rules.filter((rule) => rule.isFiring()).map((rule) => rule.name);
    const healthy = alerts.length === 0;
    if (url.pathname === '/health') {
      response.writeHead(healthy ? 200 : 503, { 'content-type': 'application/json; charset=utf-8' });
      response.end(
        JSON.stringify({
          alerts,
          metrics: values,
          status: healthy ? 'healthy' : 'degraded',
          uptime: process.uptime(),
        }),
      );
    } else {
      response.writeHead(url.pathname === '/' ? 200 : 404).end('\n');
    }
  });

  server.listen({ host: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }, () => {
    tell('ready', { port: (server.address() as { port: number }).port });
    sample();
    again();
  });

  process.on('SIGHUP', () => {
    try {
      rules = readRules();
    } catch (error) {
      process.stderr.write(`proc: still the old rules, ${error}\n`);
    }
  });

  const stop = new AbortController();
  process.once('SIGTERM', () => stop.abort());
  process.once('SIGINT', () => stop.abort());
  stop.signal.addEventListener('abort', () => {
    clearTimeout(timer);
    server.close(() => process.exit());
    server.closeIdleConnections();
  });
  void drain(stop.signal);

  async function drain(signal: AbortSignal): Promise<void> {
    try {
      for await (const [error] of on(server, 'clientError', { signal }))
        tell('client.error', { message: String(error) });
    } catch {
      // The signal ends the iteration by an error.
    }
  }
}
