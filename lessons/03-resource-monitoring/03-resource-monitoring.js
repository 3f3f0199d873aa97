/**
 * A service that makes reports, watches its own resources, and says when they are not as they should be.
 * Start it with: node 03-resource-monitoring.js --name reports-1
 */
import { closeSync, openSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { totalmem } from 'node:os';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { name } = parseArgs({ options: { name: { type: 'string', default: 'reports' } } }).values;
const { env } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  sampleMs: Number(env.SAMPLE_MS ?? 1_000),
  reportMs: Number(env.REPORT_MS ?? 400),
};
const oneMB = 1024 * 1024;

/** Only what a human must act upon. It fires after so many samples in a row, and resolves well below where it fired. */
const rules = JSON.parse(env.ALERT_RULES ?? 'null') ?? [
  { name: 'memory', metric: 'memoryPercent', above: 85, below: 75, samples: 5, unready: true },
  { name: 'loop', metric: 'lagMs', above: 200, below: 50, samples: 3, unready: true },
  { name: 'files', metric: 'openFiles', above: 800, below: 600, samples: 3 },
];

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

/** What the kernel would kill us at: the limit of the container, or else the memory of the machine. */
function memoryLimitBytes() {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit it is 0, undefined or 2^64, by system and version; none of them is one to divide by.
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

/** Descriptors in use: files, sockets, pipes. Windows has no such folder. */
function countOpenFiles() {
  try {
    // One of them is the folder itself while it is read.
    return readdirSync(process.platform === 'linux' ? '/proc/self/fd' : '/dev/fd').length - 1;
  } catch {
    return undefined;
  }
}

/** Takes all figures at one moment. Those of consumption are differences between two readings. */
class Meter {
  // The histogram is filled in C++ every 10 ms, without a turn of JavaScript.
  #resolutionMs = 10;
  #delays = monitorEventLoopDelay({ resolution: this.#resolutionMs });
  #limitBytes = memoryLimitBytes();
  #last = this.#read();

  constructor() {
    this.#delays.enable();
  }

  sample() {
    const [before, now] = [this.#last, this.#read()];
    // One reading ends this span and begins the next, so that nothing falls between two.
    this.#last = now;
    const spanMs = now.atMs - before.atMs;
    const cpuMs = (now.cpu.user + now.cpu.system - before.cpu.user - before.cpu.system) / 1_000;
    const { rss, heapUsed, external } = process.memoryUsage();
    return {
      spanMs: round(spanMs),
      cpuMs: round(cpuMs),
      cpuPercent: round((cpuMs / spanMs) * 100),
      lagMs: round(this.#takeLagMs(spanMs)),
      utilization: round(performance.eventLoopUtilization(now.loop, before.loop).utilization),
      rssMB: round(rss / oneMB),
      memoryPercent: round((rss / this.#limitBytes) * 100),
      heapUsedMB: round(heapUsed / oneMB),
      externalMB: round(external / oneMB),
      handles: process.getActiveResourcesInfo().length,
      openFiles: countOpenFiles(),
    };
  }

  /** The longest delay of the span. The histogram counts its own resolution as a delay, so that is taken off. */
  #takeLagMs(spanMs) {
    const { count, max, mean } = this.#delays;
    const countedMs = count === 0 ? 0 : (count * mean) / 1e6;
    // After a reset it counts from its next tick only; a block in that gap shows as time that was not counted.
    const uncountedMs = spanMs - countedMs - this.#resolutionMs;
    const longestMs = Math.max(count === 0 ? 0 : max / 1e6, uncountedMs);
    this.#delays.reset();
    return Math.max(0, longestMs - this.#resolutionMs);
  }

  #read() {
    return { atMs: performance.now(), cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
  }
}

const round = (value) => Math.round(value * 100) / 100;

/** The state of one rule. Two thresholds, so that a metric that trembles around one of them raises one alarm. */
class Alert {
  firing = false;
  #inARow = 0;

  constructor(rule) {
    this.rule = rule;
  }

  judge(sample) {
    const { name, metric, above, below = above, samples = 1 } = this.rule;
    const value = sample[metric];
    this.#inARow = value > above ? this.#inARow + 1 : 0;
    if (!this.firing && this.#inARow >= samples) this.#turn(true, { name, metric, value });
    else if (this.firing && value <= below) this.#turn(false, { name, metric, value });
  }

  #turn(firing, fields) {
    this.firing = firing;
    say('alert', { ...fields, state: firing ? 'firing' : 'resolved' });
  }
}

const meter = new Meter();
const alerts = rules.map((rule) => new Alert(rule));
const logged = 'cpuMs cpuPercent lagMs rssMB heapUsedMB externalMB handles openFiles'.split(' ');
let latest;

function look() {
  latest = meter.sample();
  // In whole numbers, so that a line of the log can be read; `/health` has the rest.
  say('sample', Object.fromEntries(logged.map((figure) => [figure, Math.round(latest[figure])])));
  for (const alert of alerts) alert.judge(latest);
}

const kept = { buffers: [], rows: [], files: [] };

/** The work, and ways to put the service under a load that one can see by. */
const routes = {
  'GET /': async () => [200, { name }],

  // Liveness asks one thing: does the loop still turn? Whoever answers that with "no" is killed and started anew.
  'GET /livez': async () => [200, { alive: true }],
  // Readiness: should requests be sent here now? A "no" costs nothing but the requests, and can be taken back.
  'GET /readyz': async () => {
    const reasons = alerts.filter(({ firing, rule }) => firing && rule.unready).map(({ rule }) => rule.name);
    return [reasons.length === 0 ? 200 : 503, { ready: reasons.length === 0, reasons }];
  },
  // For people and dashboards. The latest sample and no new one: who asks must not cut the spans short.
  'GET /health': async () => [200, { uptimeS: round(process.uptime()), latest, firing: firingNames() }],

  'GET /report': async () => {
    say('report.begins');
    block(settings.reportMs);
    return [200, { report: 'done' }];
  },
  'GET /wait': async (query) => {
    await delay(Number(query.get('ms')));
    return [200, { waited: true }];
  },
  // Counted by processor time, and in slices: the loop takes a turn between two of them.
  'POST /load/cpu': async (query) => {
    const begun = process.cpuUsage();
    const usedMs = () => Object.values(process.cpuUsage(begun)).reduce((sum, part) => sum + part) / 1_000;
    for (; usedMs() < Number(query.get('ms')); await nextTurn()) block(5);
    return [200, { usedMs: usedMs() }];
  },
  'POST /load/buffers': async (query) => {
    kept.buffers.push(Buffer.alloc(Number(query.get('mb')) * oneMB, 1));
    return [200, {}];
  },
  'POST /load/heap': async (query) => {
    for (let mb = 0; mb < Number(query.get('mb')); mb += 1) kept.rows.push(new Array(oneMB / 8).fill(mb));
    return [200, {}];
  },
  // Files that are opened and forgotten, as behind every "return" that leaves out the close; or held for a while.
  'POST /load/files': async (query) => {
    const [open, close, forMs] = ['open', 'close', 'forMs'].map((each) => Number(query.get(each)));
    for (let left = open; left > 0; left -= 1) kept.files.push(openSync(process.execPath, 'r'));
    await delay(forMs);
    for (let left = forMs > 0 ? open : close; left > 0; left -= 1) closeSync(kept.files.pop());
    return [200, { held: kept.files.length }];
  },
};

const firingNames = () => alerts.filter(({ firing }) => firing).map(({ rule }) => rule.name);

/** Stands for work that holds the loop, such as putting a large report together. */
function block(ms) {
  const endAtMs = performance.now() + ms;
  while (performance.now() < endAtMs);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const route = routes[`${request.method} ${url.pathname}`];
  const [status, body] = route === undefined ? [404, {}] : await route(url.searchParams);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
});

// What watches a process must not be what keeps it alive.
setInterval(look, settings.sampleMs).unref();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close());
server.listen(settings.port, '127.0.0.1', () => say('ready', { name, port: server.address().port }));
