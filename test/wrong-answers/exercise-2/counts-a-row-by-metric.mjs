// mistake: Samples in a row are counted by metric, so that each rule on it counts once more.
// breaks: resolves-once, two-thresholds-of-one-metric

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const MIB = 2 ** 20;
const METRICS = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'];
const { PORT = '3000', SAMPLE_MS = '1000', ALERT_RULES, ALERT_RULES_FILE } = process.env;
const period = Number(SAMPLE_MS);

// ---- The one stream. ------------------------------------------------------------------------------------------

const inbox = {
  waiting: [],
  wake: null,
  put(kind, detail) {
    this.waiting.push({ kind, detail });
    this.wake?.();
    this.wake = null;
  },
  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this.waiting.length > 0) yield this.waiting.shift();
      await new Promise((resolve) => {
        this.wake = resolve;
      });
    }
  },
};

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => inbox.put(signal));

// ---- Talking. -------------------------------------------------------------------------------------------------

const say = (line) => process.stdout.write(`${line}\n`);
const chat = (text) => say(`[monitor ${process.pid}] ${text}`);
let seq = 0;
const nextSeq = () => {
  seq += 1;
  return seq;
};
const emit = (event, fields) => say(JSON.stringify({ level: 'info', ...fields, event, seq: nextSeq() }));

// ---- Rules. ---------------------------------------------------------------------------------------------------

/** The rules in a text; throws where it is no array of sensible rules. */
function parseRules(text) {
  const list = JSON.parse(text);
  if (!Array.isArray(list))
    throw new TypeError(`the rules must be a JSON array, not ${JSON.stringify(list)}`);
  return list.map((rule) => {
    const label = JSON.stringify(rule);
    if (rule === null || typeof rule !== 'object' || Array.isArray(rule))
      throw new TypeError(`${label} is no rule`);
    if (!METRICS.includes(rule.metric))
      throw new TypeError(`rule ${label}: there is no metric ${JSON.stringify(rule.metric)}`);
    if (typeof rule.above !== 'number') throw new TypeError(`rule ${label}: "above" must be a number`);
    const samples = rule.samples ?? 1;
    if (!Number.isInteger(samples) || samples < 1)
      throw new TypeError(`rule ${label}: "samples" must be a whole number from 1 on`);
    return {
      name: String(rule.name ?? `${rule.metric} above ${rule.above}`),
      metric: rule.metric,
      above: rule.above,
      samples,
    };
  });
}

const sameRule = (a) => (b) =>
  a.name === b.name && a.metric === b.metric && a.above === b.above && a.samples === b.samples;

let watched;
try {
  const text =
    ALERT_RULES ?? (ALERT_RULES_FILE === undefined ? '[]' : readFileSync(ALERT_RULES_FILE, 'utf8'));
  watched = parseRules(text).map((rule) => ({ ...rule, streak: 0, firing: false }));
} catch (error) {
  process.stderr.write(`The alert rules are refused: ${error.message}\n`);
  process.exit(1);
}

function reload() {
  if (ALERT_RULES !== undefined || ALERT_RULES_FILE === undefined) {
    process.stderr.write('SIGHUP: there is no rules file in use, nothing is read.\n');
    return;
  }
  try {
    const before = watched;
    // A rule that stays as it was keeps what it knows, so that it does not fire a second time.
    watched = parseRules(readFileSync(ALERT_RULES_FILE, 'utf8')).map(
      (rule) => before.find(sameRule(rule)) ?? { ...rule, streak: 0, firing: false },
    );
    chat(`${watched.length} rules are in force now`);
  } catch (error) {
    process.stderr.write(`SIGHUP: the old rules stay, ${ALERT_RULES_FILE} is broken: ${error.message}\n`);
  }
}

// ---- Samples. -------------------------------------------------------------------------------------------------

const RESOLUTION = 10;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION });
const tenth = (value) => Math.round(value * 10) / 10;
let cpuThen = process.cpuUsage();
let then = process.hrtime.bigint();
let latest = null;

function takeSample() {
  const cpu = process.cpuUsage(cpuThen);
  const now = process.hrtime.bigint();
  const elapsedUs = Number(now - then) / 1000;
  cpuThen = process.cpuUsage();
  then = now;
  const { rss, heapUsed } = process.memoryUsage();
  // The histogram holds whole intervals between its ticks, the resolution included.
  const lag = delays.max / 1e6 - RESOLUTION;
  delays.reset();
  latest = {
    cpuPercent: tenth((100 * (cpu.user + cpu.system)) / Math.max(elapsedUs, 1)),
    rssMB: tenth(rss / MIB),
    heapUsedMB: tenth(heapUsed / MIB),
    loopLagMs: Number.isFinite(lag) && lag > 0 ? tenth(lag) : 0,
  };
  emit('snapshot', { at: new Date().toISOString(), ...latest });
  for (const rule of watched) judge(rule);
}

const streaks = {};

function judge(rule) {
  const value = latest[rule.metric];
  streaks[rule.metric] = value > rule.above ? (streaks[rule.metric] ?? 0) + 1 : 0;
  const streak = streaks[rule.metric];
  const firing = streak > 0 && (rule.firing || streak >= rule.samples);
  if (firing === rule.firing) return;
  rule.firing = firing;
  const { name, metric, above } = rule;
  emit('alert', { state: firing ? 'firing' : 'resolved', name, metric, value, above, samples: rule.samples });
  chat(`${name}: ${metric} is ${value}, the mark is ${above}`);
}

// ---- Loads. ---------------------------------------------------------------------------------------------------

let kept = [];
let leaving = false;

function spin(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const loads = {
  'POST /load/cpu': (query) => {
    const end = performance.now() + Number(query.get('ms') ?? 0);
    const slice = () => {
      const left = end - performance.now();
      if (left <= 0 || leaving) return;
      spin(Math.min(4, left));
      setImmediate(slice);
    };
    slice();
  },
  'POST /load/block': (query) => spin(Number(query.get('ms') ?? 0)),
  'POST /load/memory': (query) => {
    // Doubles, eight bytes each, in blocks of at most 1 MB.
    for (let left = Number(query.get('mb') ?? 0); left > 0; left -= 1) {
      kept.push(new Array((Math.min(left, 1) * MIB) / 8).fill(Math.random() + 0.5));
    }
  },
  'DELETE /load/memory': () => {
    kept = [];
    globalThis.gc?.();
  },
};

// ---- Requests. ------------------------------------------------------------------------------------------------

function serve({ request, response }) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const route = `${request.method} ${url.pathname}`;
  const reply = (code, body, then) =>
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body), then);
  if (Object.hasOwn(loads, route)) {
    reply(202, { accepted: route }, () => setImmediate(loads[route], url.searchParams));
  } else if (route === 'GET /') {
    reply(200, { ok: true });
  } else if (route === 'GET /health') {
    const alerts = watched.filter((rule) => rule.firing).map((rule) => rule.name);
    const degraded = alerts.length > 0;
    reply(degraded ? 503 : 200, { status: degraded ? 'degraded' : 'healthy', metrics: latest ?? {}, alerts });
  } else {
    reply(404, { error: 'not found' });
  }
}

const server = createServer((request, response) => inbox.put('request', { request, response }));
server.listen(Number(PORT), '127.0.0.1', () => inbox.put('listening', server.address().port));

// The histogram's own tick stands in the timers phase; by the check phase it has counted a block that is just over.
const clock = setInterval(() => setImmediate(() => inbox.put('tick')), period);
delays.enable();

for await (const { kind, detail } of inbox) {
  if (kind === 'request') serve(detail);
  else if (kind === 'tick') takeSample();
  else if (kind === 'listening') {
    chat(`samples every ${period} ms, ${watched.length} rules`);
    say(JSON.stringify({ level: 'info', msg: 'about to be ready', port: detail }));
    emit('ready', { port: detail });
  } else if (kind === 'SIGHUP') reload();
  else {
    chat(`${kind}: bye`);
    break;
  }
}

// Nothing is left that could hold the process: it ends by itself.
leaving = true;
clearInterval(clock);
delays.disable();
server.close();
server.closeAllConnections();
