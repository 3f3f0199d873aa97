// style: CommonJS TypeScript; samples travel over a diagnostics channel to independent subscribers; health reads memory afresh
import diagnostics = require('node:diagnostics_channel');
import fs = require('node:fs');
import http = require('node:http');
import perf = require('node:perf_hooks');

interface Reading {
  at: string;
  values: Map<string, number>;
}

const samples = diagnostics.channel('monitor:sample');
const alerts = diagnostics.channel('monitor:alert');
const firing = new Set<string>();
const subscriptions: Array<() => void> = [];
const megabytes = (bytes: number): number => bytes / 1024 / 1024;

function writeLine(fields: object): void {
  fs.writeSync(1, `${JSON.stringify(fields)}\n`);
}

function subscribeRule(rule: { name: string; metric: string; above: number; samples: number }): () => void {
  const recent: boolean[] = [];
  const onSample = (message: unknown): void => {
    const value = (message as Reading).values.get(rule.metric) as number;
    recent.push(value > rule.above);
    if (recent.length > rule.samples) recent.shift();
    const full = recent.length === rule.samples && recent.every(Boolean);
    const before = firing.has(rule.name);
    const now = before ? value > rule.above : full;
    if (now === before) return;
    if (now) firing.add(rule.name);
    else firing.delete(rule.name);
    const { name, metric, above } = rule;
    alerts.publish({ name, metric, value, above, state: now ? 'firing' : 'resolved' });
  };
  samples.subscribe(onSample);
  return () => {
    samples.unsubscribe(onSample);
    firing.delete(rule.name);
  };
}

function parse(text: string) {
  const rules = JSON.parse(text) as unknown;
  if (!Array.isArray(rules)) throw new Error('ALERT_RULES: an array is needed');
  return rules.map((rule: Record<string, unknown>) => {
    const { name, metric, above, samples: needed = 1 } = rule;
    if (!['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'].includes(metric as string)) {
      throw new Error(`${name}: nobody measures ${metric}`);
    }
    if (typeof above !== 'number') throw new Error(`${name}: above is not a number`);
    return { name: name as string, metric: metric as string, above, samples: needed as number };
  });
}

function installRules(): void {
  const file = process.env.ALERT_RULES_FILE;
  const text = process.env.ALERT_RULES ?? (file ? fs.readFileSync(file).toString() : '[]');
  const rules = parse(text);
  for (const unsubscribe of subscriptions.splice(0)) unsubscribe();
  for (const rule of rules) subscriptions.push(subscribeRule(rule));
}

function startSampling(): NodeJS.Timeout {
  const delay = perf.monitorEventLoopDelay();
  delay.enable();
  let cpu = process.cpuUsage();
  let since = process.uptime();
  return setInterval(
    () => {
      const nextCpu = process.cpuUsage();
      const until = process.uptime();
      const seconds = (nextCpu.user + nextCpu.system - cpu.user - cpu.system) / 1e6;
      const usage = process.memoryUsage();
      const values = new Map([
        ['cpuPercent', (100 * seconds) / (until - since)],
        ['rssMB', megabytes(usage.rss)],
        ['heapUsedMB', megabytes(usage.heapUsed)],
        ['loopLagMs', delay.count > 0 ? Math.max(0, delay.max / 1e6 - 10) : 0],
      ]);
      delay.reset();
      cpu = nextCpu;
      since = until;
      samples.publish({ at: new Date().toISOString(), values } satisfies Reading);
    },
    Number(process.env.SAMPLE_MS ?? 1000),
  );
}

let latest = new Map<string, number>();
let ballast: number[][] = [];

function burn(ms: number): void {
  const end = Date.now() + ms;
  (function slice() {
    const sliceEnd = Date.now() + 5;
    while (Date.now() < sliceEnd && Date.now() < end);
    if (Date.now() < end) setImmediate(slice);
  })();
}

const server = http.createServer((req, res) => {
  const url = new URL(String(req.url), 'http://127.0.0.1');
  const given = (key: string): number => Number.parseFloat(url.searchParams.get(key) ?? '0');
  const later = (load: () => void): void => {
    res.writeHead(202).end(JSON.stringify({ ok: true }), () => void setImmediate(load));
  };
  const route = `${req.method} ${url.pathname}`;
  if (route === 'GET /') res.end('ok');
  else if (route === 'GET /health') {
    const names = Array.from(firing);
    const memory = process.memoryUsage();
    const fresh = { rssMB: megabytes(memory.rss), heapUsedMB: megabytes(memory.heapUsed) };
    const metrics = { ...Object.fromEntries(latest), ...fresh };
    res.writeHead(names.length > 0 ? 503 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify({ status: names.length > 0 ? 'degraded' : 'healthy', metrics, alerts: names }));
  } else if (route === 'POST /load/cpu') later(() => burn(given('ms')));
  else if (route === 'POST /load/block') {
    later(() => {
      const end = Date.now() + given('ms');
      while (Date.now() < end);
    });
  } else if (route === 'POST /load/memory') {
    later(() => {
      for (let count = given('mb'); count > 0; count -= 1)
        ballast.push(new Array<number>(131_072).fill(count + 0.5));
    });
  } else if (route === 'DELETE /load/memory') {
    later(() => {
      ballast = [];
    });
  } else res.writeHead(404).end();
});

try {
  installRules();
} catch (error) {
  fs.writeSync(2, `Unusable rules. ${(error as Error).message}\n`);
  process.exit(1);
}

samples.subscribe((message) => {
  const { at, values } = message as Reading;
  latest = values;
  writeLine({ event: 'snapshot', at, ...Object.fromEntries(values) });
});
alerts.subscribe((message) => writeLine({ event: 'alert', ...(message as object) }));

const sampling = startSampling();
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  writeLine({ event: 'ready', port: (server.address() as { port: number }).port });
});

function quit(): void {
  clearInterval(sampling);
  process.exit(0);
}
process.on('SIGTERM', quit).on('SIGINT', quit);
process.on('SIGHUP', () => {
  try {
    installRules();
  } catch (error) {
    fs.writeSync(2, `The old rules stay. ${(error as Error).message}\n`);
  }
});
