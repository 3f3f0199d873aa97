// mistake: The set time is taken for two samples, so there are twice as many.
// breaks: snapshots-keep-pace
// moot: lag-shows-a-block
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Rule {
  name: string;
  metric: string;
  above: number;
  samples: number;
}

interface Metrics {
  [name: string]: number;
}

const config = {
  port: Number(process.env.PORT ?? 3000),
  sampleMs: Number(process.env.SAMPLE_MS ?? 1000),
  rules: process.env.ALERT_RULES,
  rulesFile: process.env.ALERT_RULES_FILE,
};

function log(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

class LagProbe {
  private static readonly periodMs = 10;
  private expectedAt = performance.now() + LagProbe.periodMs;
  private longest = 0;
  private readonly timer = setInterval(() => this.check(), LagProbe.periodMs);

  private check(): void {
    const now = performance.now();
    this.longest = Math.max(this.longest, now - this.expectedAt);
    this.expectedAt = now + LagProbe.periodMs;
  }

  take(): number {
    const longest = this.longest;
    this.longest = 0;
    return longest;
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

class CpuProbe {
  private usage = process.cpuUsage();
  private at = process.hrtime.bigint();

  take(): number {
    const usage = process.cpuUsage();
    const at = process.hrtime.bigint();
    const usedMicros = usage.user + usage.system - this.usage.user - this.usage.system;
    const elapsedMicros = Number(at - this.at) / 1000;
    this.usage = usage;
    this.at = at;
    return (100 * usedMicros) / elapsedMicros;
  }
}

class AlertManager {
  private rules: Rule[] = [];
  private streaks = new Map<string, number>();
  private active = new Set<string>();

  load(): void {
    const text = config.rules ?? (config.rulesFile ? readFileSync(config.rulesFile, 'utf8') : '[]');
    const parsed: unknown = JSON.parse(text);
    if (!Array.isArray(parsed)) throw new Error('the rules must be an array');
    const rules = parsed.map((rule) => this.validate(rule));
    this.rules = rules;
    this.streaks.clear();
    this.active.clear();
  }

  private validate(rule: Partial<Rule>): Rule {
    const { name = 'unnamed', metric = '', above, samples = 1 } = rule;
    if (!['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'].includes(metric)) {
      throw new Error(`${name}: there is no metric "${metric}"`);
    }
    if (typeof above !== 'number')
      throw new Error(`${name}: above must be a number, got ${JSON.stringify(above)}`);
    return { name, metric, above, samples };
  }

  evaluate(metrics: Metrics): void {
    for (const rule of this.rules) {
      const value = metrics[rule.metric] as number;
      const streak = value > rule.above ? (this.streaks.get(rule.name) ?? 0) + 1 : 0;
      this.streaks.set(rule.name, streak);
      const active = this.active.has(rule.name);
      if (!active && streak >= rule.samples) {
        this.active.add(rule.name);
        this.notify(rule, value, 'firing');
      } else if (active && streak === 0) {
        this.active.delete(rule.name);
        this.notify(rule, value, 'resolved');
      }
    }
  }

  names(): string[] {
    return [...this.active];
  }

  private notify({ name, metric, above }: Rule, value: number, state: string): void {
    log({ event: 'alert', name, metric, value, above, state });
  }
}

class Monitor {
  metrics: Metrics = {};
  private readonly lag = new LagProbe();
  private readonly cpu = new CpuProbe();
  private timer: NodeJS.Timeout | undefined;
  private readonly alerts: AlertManager;

  constructor(alerts: AlertManager) {
    this.alerts = alerts;
  }

  start(): void {
    this.timer = setInterval(() => this.sample(), config.sampleMs / 2);
  }

  sample(): void {
    const { rss, heapUsed } = process.memoryUsage();
    this.metrics = {
      cpuPercent: round(this.cpu.take()),
      rssMB: round(rss / 1024 / 1024),
      heapUsedMB: round(heapUsed / 1024 / 1024),
      loopLagMs: round(this.lag.take()),
    };
    log({ event: 'snapshot', at: new Date().toISOString(), ...this.metrics });
    this.alerts.evaluate(this.metrics);
  }

  stop(): void {
    clearInterval(this.timer);
    this.lag.stop();
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

let store: number[][] = [];

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until) {}
}

function burn(until: number): void {
  block(Math.min(5, until - performance.now()));
  if (performance.now() < until) setImmediate(burn, until);
}

function createApp(monitor: Monitor, alerts: AlertManager): Server {
  return createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1');
    const ms = Number(url.searchParams.get('ms') ?? 0);
    const mb = Number(url.searchParams.get('mb') ?? 0);
    const json = (status: number, body: unknown, done?: () => void): void => {
      res.writeHead(status, { 'Content-Type': 'application/json' });
      res.end(JSON.stringify(body), done);
    };
    const begin = (load: () => void): void => json(202, { status: 'accepted' }, () => setImmediate(load));

    if (req.method === 'GET' && url.pathname === '/') return json(200, { status: 'ok' });
    if (req.method === 'GET' && url.pathname === '/health') {
      const names = alerts.names();
      const degraded = names.length > 0;
      const status = degraded ? 'degraded' : 'healthy';
      return json(degraded ? 503 : 200, { status, metrics: monitor.metrics, alerts: names });
    }
    if (req.method === 'POST' && url.pathname === '/load/cpu') {
      return begin(() => burn(performance.now() + ms));
    }
    if (req.method === 'POST' && url.pathname === '/load/block') return begin(() => block(ms));
    if (req.method === 'POST' && url.pathname === '/load/memory') {
      return begin(() => {
        for (let i = 0; i < mb; i++) store.push(new Array(131072).fill(i + 0.5));
      });
    }
    if (req.method === 'DELETE' && url.pathname === '/load/memory') {
      return begin(() => {
        store = [];
      });
    }
    return json(404, { error: 'not found' });
  });
}

function main(): void {
  const alerts = new AlertManager();
  try {
    alerts.load();
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
    return;
  }
  const monitor = new Monitor(alerts);
  const server = createApp(monitor, alerts);
  const shutdown = (): void => {
    monitor.stop();
    server.close();
  };
  process.on('SIGTERM', shutdown);
  process.on('SIGINT', shutdown);
  process.on('SIGHUP', () => {
    try {
      alerts.load();
    } catch (error) {
      console.error(`Reload failed, the rules stay: ${(error as Error).message}`);
    }
  });
  monitor.start();
  server.listen(config.port, '127.0.0.1', () => {
    log({ event: 'ready', port: (server.address() as AddressInfo).port });
  });
}

main();
