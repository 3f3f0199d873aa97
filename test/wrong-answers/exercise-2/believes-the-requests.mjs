// mistake: A cheat: memory and lag are computed from what the loads were asked for, on top of usual figures, and never measured.
// breaks: lag-shows-a-block, rss-agrees
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MB = 1024 * 1024;
const METRICS = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'];
const sampleMs = Number(process.env.SAMPLE_MS ?? 1000);

function print(event, fields = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}

function parseRules(text) {
  const rules = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error('ALERT_RULES is not an array');
  return rules.map(parseRule);
}

function parseRule({ name, metric, above, samples = 1 }) {
  if (!METRICS.includes(metric)) throw new Error(`rule ${name}: unknown metric ${metric}`);
  if (typeof above !== 'number') throw new Error(`rule ${name}: "above" is not a number`);
  return { name, metric, above, samples, count: 0, firing: false };
}

function loadRules() {
  const { ALERT_RULES, ALERT_RULES_FILE } = process.env;
  if (ALERT_RULES !== undefined) return parseRules(ALERT_RULES);
  if (ALERT_RULES_FILE) return parseRules(readFileSync(ALERT_RULES_FILE, 'utf8'));
  return [];
}

let rules;
try {
  rules = loadRules();
} catch (error) {
  console.error(`Invalid alert rules: ${error.message}`);
  process.exit(1);
}

let metrics = null;
let cpuBefore = process.cpuUsage();
let timeBefore = performance.now();

function readCpuPercent() {
  const cpu = process.cpuUsage();
  const time = performance.now();
  const usedMs = (cpu.user + cpu.system - cpuBefore.user - cpuBefore.system) / 1000;
  const percent = (usedMs / (time - timeBefore)) * 100;
  cpuBefore = cpu;
  timeBefore = time;
  return percent;
}

let blockMs = 0;

function takeBlockMs() {
  const ms = blockMs;
  blockMs = 0;
  return ms;
}

function takeSample() {
  return {
    cpuPercent: readCpuPercent(),
    rssMB: 40 + kept.length,
    heapUsedMB: 4.5 + kept.length,
    loopLagMs: takeBlockMs(),
  };
}

function evaluate(rule) {
  const value = metrics[rule.metric];
  const { name, metric, above } = rule;
  if (value > above) {
    rule.count += 1;
    if (!rule.firing && rule.count >= rule.samples) {
      rule.firing = true;
      print('alert', { name, metric, value, above, state: 'firing' });
    }
  } else {
    rule.count = 0;
    if (rule.firing) {
      rule.firing = false;
      print('alert', { name, metric, value, above, state: 'resolved' });
    }
  }
}

function tick() {
  metrics = takeSample();
  print('snapshot', { ...metrics, at: new Date().toISOString() });
  for (const rule of rules) evaluate(rule);
}

const timer = setInterval(tick, sampleMs);

function health() {
  const alerts = rules.filter((rule) => rule.firing).map((rule) => rule.name);
  return { status: alerts.length > 0 ? 'degraded' : 'healthy', metrics, alerts };
}

const kept = [];

function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) {}
}

async function useCpu(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    spin(5);
    await nextTurn();
  }
}

function keepMemory(mb) {
  for (let i = 0; i < mb; i += 1) kept.push(new Array(MB / 8).fill(i + 0.5));
}

function freeMemory() {
  kept.length = 0;
  globalThis.gc?.();
}

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://127.0.0.1');
  const amount = (name) => Number(url.searchParams.get(name) ?? 0);

  function answer(status, body, then) {
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
      const report = health();
      return answer(report.status === 'healthy' ? 200 : 503, report);
    }
    case 'POST /load/cpu':
      return accept(() => useCpu(amount('ms')));
    case 'POST /load/block':
      blockMs = amount('ms');
      return accept(() => spin(amount('ms')));
    case 'POST /load/memory':
      return accept(() => keepMemory(amount('mb')));
    case 'DELETE /load/memory':
      return accept(freeMemory);
    default:
      return answer(404, { error: 'not found' });
  }
});

function stop() {
  clearInterval(timer);
  server.close(() => process.exit(0));
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);

process.on('SIGHUP', () => {
  try {
    rules = loadRules();
  } catch (error) {
    console.error(`Keeping the old rules: ${error.message}`);
  }
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  print('ready', { port: server.address().port });
});
