// mistake: loopLagMs is the sum of a sample's delays from 20 ms on.
// breaks: lag-shows-a-block
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MB = 1024 * 1024;
class CpuGauge {
  #cpu = process.cpuUsage();
  #atMs = performance.now();
  read() {
    const cpu = process.cpuUsage();
    const atMs = performance.now();
    const usedMs = (cpu.user + cpu.system - this.#cpu.user - this.#cpu.system) / 1000;
    const percent = (usedMs / (atMs - this.#atMs)) * 100;
    this.#cpu = cpu;
    this.#atMs = atMs;
    return percent;
  }
}

class LagGauge {
  static intervalMs = 10;
  #timer;
  #dueMs = 0;
  #longestMs = 0;
  start() {
    this.#dueMs = performance.now() + LagGauge.intervalMs;
    this.#timer = setInterval(() => {
      this.#observe();
      this.#dueMs = performance.now() + LagGauge.intervalMs;
    }, LagGauge.intervalMs);
  }

  // The sample's own timer may come before the probe's after a block, so the wait under way counts as well.
  read() {
    this.#observe();
    const longestMs = this.#longestMs;
    this.#longestMs = 0;
    this.#dueMs = Math.max(this.#dueMs, performance.now());
    return longestMs;
  }

  stop() {
    clearInterval(this.#timer);
  }

  #observe() {
    const lateMs = performance.now() - this.#dueMs;
    if (lateMs > 20) this.#longestMs += lateMs;
    else this.#longestMs = Math.max(this.#longestMs, lateMs);
  }
}

class ResourceMonitor extends EventEmitter {
  #gauges;
  #timer;
  latest;
  constructor(gauges) {
    super();
    this.#gauges = new Map(Object.entries(gauges));
  }

  get metrics() {
    return [...this.#gauges.keys()];
  }

  start(intervalMs) {
    for (const gauge of this.#gauges.values()) gauge.start?.();
    this.#timer = setInterval(() => this.#sample(), intervalMs);
  }

  stop() {
    clearInterval(this.#timer);
    for (const gauge of this.#gauges.values()) gauge.stop?.();
  }

  #sample() {
    const sample = {};
    for (const [metric, gauge] of this.#gauges) sample[metric] = Math.round(gauge.read() * 100) / 100;
    this.latest = sample;
    this.emit('sample', sample);
  }
}

class InvalidRules extends Error {}
class AlertRule {
  name;
  metric;
  above;
  samples;
  #samplesAbove = 0;
  firing = false;
  constructor(definition, metrics) {
    const { name, metric, above, samples = 1 } = Object(definition);
    const said = (value) => JSON.stringify(value) ?? 'nothing';
    if (typeof name !== 'string') throw new InvalidRules(`A rule has no name: ${said(definition)}`);
    if (!metrics.includes(metric)) throw new InvalidRules(`Rule "${name}": no metric ${said(metric)}`);
    if (!Number.isFinite(above)) throw new InvalidRules(`Rule "${name}": "above" is ${said(above)}`);
    if (!(Number.isInteger(samples) && samples > 0)) {
      throw new InvalidRules(`Rule "${name}": "samples" is ${said(samples)}`);
    }
    this.name = name;
    this.metric = metric;
    this.above = above;
    this.samples = samples;
  }

  // Says which state the rule has come into, or nothing while it stays in the one it has.
  meet(value) {
    this.#samplesAbove = value > this.above ? this.#samplesAbove + 1 : 0;
    if (!this.firing && this.#samplesAbove >= this.samples) {
      this.firing = true;
      return 'firing';
    }
    if (this.firing && this.#samplesAbove === 0) {
      this.firing = false;
      return 'resolved';
    }
    return undefined;
  }
}

class AlertBook extends EventEmitter {
  #rules = [];
  #metrics;
  constructor(metrics) {
    super();
    this.#metrics = metrics;
  }

  // All rules are built before one of them counts, so that a faulty text leaves the old ones in force.
  replace(text) {
    let definitions;
    try {
      definitions = JSON.parse(text);
    } catch (cause) {
      throw new InvalidRules(`The rules are not JSON: ${text}`, { cause });
    }
    if (!Array.isArray(definitions)) throw new InvalidRules(`The rules are not an array: ${text}`);
    this.#rules = definitions.map((definition) => new AlertRule(definition, this.#metrics));
  }

  meet(sample) {
    for (const rule of this.#rules) {
      const { name, metric, above } = rule;
      const value = sample[metric] ?? Number.NaN;
      const state = rule.meet(value);
      if (state) this.emit('alert', { name, metric, value, above, state });
    }
  }

  get firing() {
    return this.#rules.filter((rule) => rule.firing).map((rule) => rule.name);
  }
}

class Loads {
  #kept = [];
  static #spin(ms) {
    const end = performance.now() + ms;
    while (performance.now() < end) {}
  }

  async cpu(ms) {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      Loads.#spin(Math.min(5, end - performance.now()));
      await nextTurn();
    }
  }

  block(ms) {
    Loads.#spin(ms);
  }

  memory(mb) {
    for (let i = 0; i < mb; i += 1) this.#kept.push(new Array(MB / 8).fill(i + 0.5));
  }

  forget() {
    this.#kept = [];
    globalThis.gc?.();
  }
}

class Application {
  #monitor = new ResourceMonitor({
    cpuPercent: new CpuGauge(),
    rssMB: { read: () => process.memoryUsage.rss() / MB },
    heapUsedMB: { read: () => process.memoryUsage().heapUsed / MB },
    loopLagMs: new LagGauge(),
  });
  #alerts = new AlertBook(this.#monitor.metrics);
  #loads = new Loads();
  #answers = {
    'GET /': () => ({ status: 200, body: { ok: true } }),
    'GET /health': () => this.#health(),
  };
  #begins = {
    'POST /load/cpu': (ms) => this.#loads.cpu(ms),
    'POST /load/block': (ms) => this.#loads.block(ms),
    'POST /load/memory': (mb) => this.#loads.memory(mb),
    'DELETE /load/memory': () => this.#loads.forget(),
  };
  #server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    const route = `${request.method} ${pathname}`;
    const begin = this.#begins[route];
    const amount = Number(searchParams.get('ms') ?? searchParams.get('mb') ?? 0);
    const known = begin ? { status: 202, body: { accepted: true } } : this.#answers[route]?.();
    const { status, body } = known ?? { status: 404, body: { error: 'not found' } };
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body), () => begin && setImmediate(begin, amount));
  });
  start() {
    this.#alerts.replace(this.#rulesText());
    this.#monitor.on('sample', (sample) =>
      this.#print('snapshot', { ...sample, at: new Date().toISOString() }),
    );
    this.#monitor.on('sample', (sample) => this.#alerts.meet(sample));
    this.#alerts.on('alert', (alert) => this.#print('alert', alert));
    this.#monitor.start(Number(process.env.SAMPLE_MS ?? 1000));
    process.on('SIGHUP', () => this.#reload());
    for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => this.#stop());
    this.#server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
      const address = this.#server.address();
      if (address !== null && typeof address === 'object') this.#print('ready', { port: address.port });
    });
  }

  #rulesText() {
    const file = process.env.ALERT_RULES_FILE;
    return process.env.ALERT_RULES ?? (file ? readFileSync(file, 'utf8') : '[]');
  }

  #reload() {
    try {
      this.#alerts.replace(this.#rulesText());
    } catch (error) {
      console.error(`The old rules stay in force: ${error.message}`);
    }
  }

  #health() {
    const alerts = this.#alerts.firing;
    const metrics = this.#monitor.latest;
    if (alerts.length === 0) return { status: 200, body: { status: 'healthy', metrics, alerts } };
    return { status: 503, body: { status: 'degraded', metrics, alerts } };
  }

  #stop() {
    this.#monitor.stop();
    this.#server.close();
  }

  #print(event, fields) {
    console.log(JSON.stringify({ event, ...fields }));
  }
}

try {
  new Application().start();
} catch (error) {
  if (!(error instanceof InvalidRules)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
