// Samples as a stream: an endless async generator yields them, a loop consumes them, and one AbortSignal ends
// everything: the generator's timer, the histogram, the server and the running load.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';

const MB = 1024 * 1024;
const { PORT = '3000', SAMPLE_MS = '1000', ALERT_RULES, ALERT_RULES_FILE } = process.env;

type Sample = { cpuPercent: number; rssMB: number; heapUsedMB: number; loopLagMs: number };
type Metric = keyof Sample;
type Rule = { name: string; metric: Metric; above: number; samples: number };

const metrics: Record<Metric, true> = { cpuPercent: true, rssMB: true, heapUsedMB: true, loopLagMs: true };

async function* samples(everyMs: number, signal: AbortSignal): AsyncGenerator<Sample> {
  const resolutionMs = 5;
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  let cpu = process.cpuUsage();
  let atMs = performance.now();
  let dueMs = atMs;
  try {
    while (true) {
      // Due times stand in a row, so that lateness of one sample does not push all later ones back.
      dueMs = Math.max(dueMs + everyMs, performance.now());
      await delay(dueMs - performance.now(), undefined, { signal });
      const used = process.cpuUsage(cpu);
      cpu = { user: cpu.user + used.user, system: cpu.system + used.system };
      const elapsedMs = performance.now() - atMs;
      atMs += elapsedMs;
      const { rss, heapUsed } = process.memoryUsage();
      yield {
        cpuPercent: (used.user + used.system) / 10 / elapsedMs,
        rssMB: rss / MB,
        heapUsedMB: heapUsed / MB,
        loopLagMs: Math.max(0, histogram.max / 1e6 - resolutionMs),
      };
      histogram.reset();
    }
  } finally {
    histogram.disable();
  }
}

class RulesError extends Error {}

async function loadRules(): Promise<Rule[]> {
  const text = ALERT_RULES ?? (ALERT_RULES_FILE ? await readFile(ALERT_RULES_FILE, 'utf8') : '[]');
  const rules = parseJson(text);
  if (!Array.isArray(rules)) throw new RulesError(`Alert rules must be an array, and this is none: ${text}`);
  return rules.map((rule) => ({ samples: 1, ...rule })).map(assertRule);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RulesError(`Alert rules must be JSON, and this is none: ${text}`);
  }
}

function assertRule(rule: Partial<Rule>): Rule {
  const { name, metric = '', above, samples } = rule;
  const faults = [
    [typeof name === 'string', '"name" must be a text'],
    [Object.hasOwn(metrics, metric), `"metric" must be one of ${Object.keys(metrics).join(', ')}`],
    [Number.isFinite(above), '"above" must be a number'],
    [Number.isInteger(samples) && Number(samples) > 0, '"samples" must be a whole number from 1'],
  ].flatMap(([holds, fault]) => (holds ? [] : [fault]));
  if (faults.length > 0) throw new RulesError(`Bad rule ${JSON.stringify(rule)}: ${faults.join('; ')}`);
  return rule as Rule;
}

// A watch is a rule in conversation with the samples: it takes a value and says whether its state changed.
function watch(rule: Rule) {
  let inARow = 0;
  const watching = {
    rule,
    firing: false,
    see(sample: Sample) {
      const value = sample[rule.metric];
      inARow = value > rule.above ? inARow + 1 : 0;
      const firing = inARow >= rule.samples || (watching.firing && inARow > 0);
      if (firing === watching.firing) return;
      watching.firing = firing;
      const { name, metric, above } = rule;
      print('alert', { name, metric, value, above, state: firing ? 'firing' : 'resolved' });
    },
  };
  return watching;
}

function print(event: string, fields: object) {
  console.log(JSON.stringify({ event, ...fields }));
}

function spin(ms: number) {
  const end = performance.now() + ms;
  while (performance.now() < end) {}
}

async function useCpu(ms: number, signal: AbortSignal) {
  const end = performance.now() + ms;
  while (performance.now() < end && !signal.aborted) {
    spin(Math.min(5, end - performance.now()));
    await nextTurn();
  }
}

async function main() {
  let watches = (await loadRules()).map(watch);
  let latest: Sample | undefined;
  let kept: number[][] = [];
  const stopping = new AbortController();
  const { signal } = stopping;

  const loads: Record<string, (amount: number) => unknown> = {
    'POST /load/cpu': (ms) => useCpu(ms, signal),
    'POST /load/block': spin,
    'POST /load/memory': (mb) => {
      for (let i = 0; i < mb; i += 1) kept.push(new Array(MB / 8).fill(i + 0.5));
    },
    'DELETE /load/memory': () => {
      kept = [];
      globalThis.gc?.();
    },
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const load = loads[`${request.method} ${pathname}`];
    const amount = Number(searchParams.get('ms') ?? searchParams.get('mb') ?? 0);
    if (load) return void response.writeHead(202).end('{}', () => setImmediate(load, amount));
    if (pathname === '/') return void response.end('{}');
    if (pathname !== '/health') return void response.writeHead(404).end('{}');
    const alerts = watches.filter((watching) => watching.firing).map((watching) => watching.rule.name);
    const [code, status] = alerts.length > 0 ? [503, 'degraded'] : [200, 'healthy'];
    response.writeHead(code, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ status, metrics: latest, alerts }));
  });

  process.on('SIGTERM', () => stopping.abort());
  process.on('SIGINT', () => stopping.abort());
  process.on('SIGHUP', async () => {
    try {
      watches = (await loadRules()).map(watch);
    } catch (error) {
      console.error('The rules were not loaded again; the old ones go on:', (error as Error).message);
    }
  });

  // `listen` closes the server when its signal is aborted.
  server.listen({ port: Number(PORT), host: '127.0.0.1', signal });
  await once(server, 'listening', { signal });
  const address = server.address();
  if (address !== null && typeof address === 'object') print('ready', { port: address.port });

  for await (const sample of samples(Number(SAMPLE_MS), signal)) {
    latest = sample;
    print('snapshot', { ...sample, at: new Date().toISOString() });
    for (const watching of watches) watching.see(sample);
  }
}

main().catch((error: Error) => {
  if (error.name === 'AbortError') return;
  console.error(error.message);
  process.exitCode = 1;
});
