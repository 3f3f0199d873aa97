// mistake: Where both are set, the file counts and not ALERT_RULES.
// breaks: fires-once
// A pure core and a thin shell: what a sample means is decided by functions of plain values, which a test can call
// without a process; reading figures, printing and listening stand at the end.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MB = 1024 * 1024;
const metricNames = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'] as const;

type MetricName = (typeof metricNames)[number];
type Metrics = Record<MetricName, number>;
type Rule = { name: string; metric: MetricName; above: number; samples: number };
type RuleState = { rule: Rule; samplesAbove: number; firing: boolean };
type Alert = { name: string; metric: MetricName; value: number; above: number; state: 'firing' | 'resolved' };

class RulesError extends Error {}

function parseRules(text: string): Rule[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new RulesError(`The alert rules are not JSON: ${(error as Error).message}`);
  }
  if (!Array.isArray(parsed)) throw new RulesError(`The alert rules are not an array: ${text}`);
  return parsed.map(parseRule);
}

function parseRule(value: unknown, index: number): Rule {
  if (typeof value !== 'object' || value === null) {
    throw new RulesError(`Rule ${index + 1} is not an object: ${JSON.stringify(value)}`);
  }
  const { name, metric, above, samples = 1 } = value as Record<string, unknown>;
  if (typeof name !== 'string' || name === '') {
    throw new RulesError(`Rule ${index + 1} has no name: ${JSON.stringify(value)}`);
  }
  if (!isMetricName(metric)) {
    throw new RulesError(
      `Rule "${name}" watches ${JSON.stringify(metric)}, which is none of ${metricNames.join(', ')}.`,
    );
  }
  if (typeof above !== 'number' || !Number.isFinite(above)) {
    throw new RulesError(`Rule "${name}" needs a number for "above", not ${JSON.stringify(above)}.`);
  }
  if (!Number.isInteger(samples) || (samples as number) < 1) {
    throw new RulesError(
      `Rule "${name}" needs a whole number from 1 for "samples", not ${JSON.stringify(samples)}.`,
    );
  }
  return { name, metric, above, samples: samples as number };
}

function isMetricName(value: unknown): value is MetricName {
  return metricNames.includes(value as MetricName);
}

function judge(state: RuleState, metrics: Metrics): { next: RuleState; alert?: Alert } {
  const { rule, firing } = state;
  const value = metrics[rule.metric];
  const samplesAbove = value > rule.above ? state.samplesAbove + 1 : 0;
  const next = { rule, samplesAbove, firing: firing ? samplesAbove > 0 : samplesAbove >= rule.samples };
  if (next.firing === firing) return { next };
  const { name, metric, above } = rule;
  return { next, alert: { name, metric, value, above, state: next.firing ? 'firing' : 'resolved' } };
}

// A rule that a reload leaves as it was keeps its state: an incident under way is not announced a second time.
function carryOver(rules: Rule[], states: RuleState[]): RuleState[] {
  return rules.map((rule) => {
    const before = states.find((state) => JSON.stringify(state.rule) === JSON.stringify(rule));
    return before ?? { rule, samplesAbove: 0, firing: false };
  });
}

function report(metrics: Metrics | undefined, states: RuleState[]): { status: number; body: object } {
  const alerts = states.filter((state) => state.firing).map((state) => state.rule.name);
  const degraded = alerts.length > 0;
  return {
    status: degraded ? 503 : 200,
    body: { status: degraded ? 'degraded' : 'healthy', metrics, alerts },
  };
}

const lagResolutionMs = 10;
const lag = monitorEventLoopDelay({ resolution: lagResolutionMs });
let lastReading = { cpu: process.cpuUsage(), atMs: performance.now() };

// Each figure covers the time since the last sample, so this has one caller alone: the sampling timer.
function takeSample(): Metrics {
  const reading = { cpu: process.cpuUsage(), atMs: performance.now() };
  const cpuMicros = reading.cpu.user + reading.cpu.system - lastReading.cpu.user - lastReading.cpu.system;
  const elapsedMs = reading.atMs - lastReading.atMs;
  lastReading = reading;

  // The histogram counts whole gaps between two ticks; a gap of the resolution is no delay at all.
  const lagMs = lag.count === 0 ? 0 : Math.max(0, lag.max / 1e6 - lagResolutionMs);
  lag.reset();

  const memory = process.memoryUsage();
  return {
    cpuPercent: round((cpuMicros / 1000 / elapsedMs) * 100),
    rssMB: round(memory.rss / MB),
    heapUsedMB: round(memory.heapUsed / MB),
    loopLagMs: round(lagMs),
  };
}

function round(value: number) {
  return Math.round(value * 100) / 100;
}

const port = Number(process.env.PORT ?? 3000);
const sampleMs = Number(process.env.SAMPLE_MS ?? 1000);
const rulesFile = process.env.ALERT_RULES_FILE;
let metrics: Metrics | undefined;
let states: RuleState[] = [];

function print(event: string, fields: object = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}

function readRules(): Rule[] {
  if (rulesFile === undefined && process.env.ALERT_RULES !== undefined)
    return parseRules(process.env.ALERT_RULES);
  return rulesFile === undefined ? [] : parseRules(readFileSync(rulesFile, 'utf8'));
}

function reloadRules() {
  try {
    states = carryOver(readRules(), states);
  } catch (error) {
    console.error(`The rules stay as they were. ${(error as Error).message}`);
  }
}

function sampleAndJudge() {
  metrics = takeSample();
  print('snapshot', { ...metrics, at: new Date().toISOString() });
  for (const [index, state] of states.entries()) {
    const { next, alert } = judge(state, metrics);
    states[index] = next;
    if (alert) print('alert', alert);
  }
}

const kept: number[][] = [];

function spin(ms: number) {
  const end = performance.now() + ms;
  while (performance.now() < end) {}
}

async function useCpu(ms: number) {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    spin(Math.min(5, end - performance.now()));
    await nextTurn();
  }
}

function keepMemory(mb: number) {
  for (let i = 0; i < mb; i += 1) kept.push(new Array(MB / 8).fill(i + 0.5));
}

function forgetMemory() {
  kept.length = 0;
  globalThis.gc?.();
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const amount = (name: string) => Number(url.searchParams.get(name) ?? 0);

  function answer(status: number, body: object, then: () => void = () => {}) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body), then);
  }

  function accept(load: () => void) {
    answer(202, { accepted: true }, () => setImmediate(load));
  }

  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return answer(200, { ok: true });
    case 'GET /health': {
      const { status, body } = report(metrics, states);
      return answer(status, body);
    }
    case 'POST /load/cpu':
      return accept(() => useCpu(amount('ms')));
    case 'POST /load/block':
      return accept(() => spin(amount('ms')));
    case 'POST /load/memory':
      return accept(() => keepMemory(amount('mb')));
    case 'DELETE /load/memory':
      return accept(forgetMemory);
    default:
      return answer(404, { error: 'not found' });
  }
});

function run() {
  states = carryOver(readRules(), []);
  lag.enable();
  const sampling = setInterval(sampleAndJudge, sampleMs);

  // With the timers gone and the server closed nothing is left to wait for, and Node ends by itself with code 0.
  function stop() {
    clearInterval(sampling);
    lag.disable();
    server.close();
  }

  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('SIGHUP', reloadRules);

  server.listen(port, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') print('ready', { port: address.port });
  });
}

try {
  run();
} catch (error) {
  if (!(error instanceof RulesError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
