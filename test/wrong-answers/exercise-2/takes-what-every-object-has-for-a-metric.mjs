// mistake: A metric is looked up with `in`, so constructor and toString pass for one.
// breaks: refuses-unknown-metric
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MB = 1024 * 1024;
const metricNames = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'];
class RulesError extends Error {}
function parseRules(text) {
  let parsed;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new RulesError(`The alert rules are not JSON: ${error.message}`);
  }
  if (!Array.isArray(parsed)) throw new RulesError(`The alert rules are not an array: ${text}`);
  return parsed.map(parseRule);
}

function parseRule(value, index) {
  if (typeof value !== 'object' || value === null) {
    throw new RulesError(`Rule ${index + 1} is not an object: ${JSON.stringify(value)}`);
  }
  const { name, metric, above, samples = 1 } = value;
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
  if (!Number.isInteger(samples) || samples < 1) {
    throw new RulesError(
      `Rule "${name}" needs a whole number from 1 for "samples", not ${JSON.stringify(samples)}.`,
    );
  }
  return { name, metric, above, samples };
}

function isMetricName(value) {
  return value in { cpuPercent: 1, rssMB: 1, heapUsedMB: 1, loopLagMs: 1 };
}

function judge(state, metrics) {
  const { rule, firing } = state;
  const value = metrics[rule.metric];
  const samplesAbove = value > rule.above ? state.samplesAbove + 1 : 0;
  const next = { rule, samplesAbove, firing: firing ? samplesAbove > 0 : samplesAbove >= rule.samples };
  if (next.firing === firing) return { next };
  const { name, metric, above } = rule;
  return { next, alert: { name, metric, value, above, state: next.firing ? 'firing' : 'resolved' } };
}

function carryOver(rules, states) {
  return rules.map((rule) => {
    const before = states.find((state) => JSON.stringify(state.rule) === JSON.stringify(rule));
    return before ?? { rule, samplesAbove: 0, firing: false };
  });
}

function report(metrics, states) {
  const alerts = states.filter((state) => state.firing).map((state) => state.rule.name);
  const degraded = alerts.length > 0;
  return {
    status: degraded ? 503 : 200,
    body: { status: degraded ? 'degraded' : 'healthy', metrics: metrics, alerts },
  };
}

const lagResolutionMs = 10;
const lag = monitorEventLoopDelay({ resolution: lagResolutionMs });
let lastReading = { cpu: process.cpuUsage(), atMs: performance.now() };
function takeSample() {
  const reading = { cpu: process.cpuUsage(), atMs: performance.now() };
  const cpuMicros = reading.cpu.user + reading.cpu.system - lastReading.cpu.user - lastReading.cpu.system;
  const elapsedMs = reading.atMs - lastReading.atMs;
  lastReading = reading;
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

function round(value) {
  return Math.round(value * 100) / 100;
}

const port = Number(process.env.PORT ?? 3000);
const sampleMs = Number(process.env.SAMPLE_MS ?? 1000);
const rulesFile = process.env.ALERT_RULES_FILE;
let metrics;
let states = [];
function print(event, fields = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}

function readRules() {
  if (process.env.ALERT_RULES !== undefined) return parseRules(process.env.ALERT_RULES);
  return rulesFile === undefined ? [] : parseRules(readFileSync(rulesFile, 'utf8'));
}

function reloadRules() {
  try {
    states = carryOver(readRules(), states);
  } catch (error) {
    console.error(`The rules stay as they were. ${error.message}`);
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

const kept = [];
function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) {}
}

async function useCpu(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    spin(Math.min(5, end - performance.now()));
    await nextTurn();
  }
}

function keepMemory(mb) {
  for (let i = 0; i < mb; i += 1) kept.push(new Array(MB / 8).fill(i + 0.5));
}

function forgetMemory() {
  kept.length = 0;
  globalThis.gc?.();
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const amount = (name) => Number(url.searchParams.get(name) ?? 0);
  function answer(status, body, then = () => {}) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body), then);
  }
  function accept(load) {
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
