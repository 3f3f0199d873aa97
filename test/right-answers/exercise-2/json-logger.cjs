// style: a JSON logger on stderr with entries of its own, text on stdout in between; whole seconds, rounded figures; loads begin by a timer; exits in a write's callback
'use strict';

const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');

const MB = 1024 * 1024;
const env = process.env;
const sampleMs = Number(env.SAMPLE_MS || 1000);
const known = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'];

const log = (event, fields = {}) =>
  process.stderr.write(`${JSON.stringify({ level: 30, pid: process.pid, ...fields, event })}\n`);
const chat = (text) => process.stdout.write(`${text}\n`);

function rulesFrom(text) {
  const list = JSON.parse(text);
  if (!Array.isArray(list)) throw new Error('the rules are no list');
  for (const rule of list) {
    if (!known.includes(rule.metric) || typeof rule.above !== 'number')
      throw new Error(`bad rule ${JSON.stringify(rule)}`);
  }
  return list.map((rule) => ({ ...rule, needed: rule.samples ?? 1, row: 0, fires: false }));
}

const source = () =>
  env.ALERT_RULES ?? (env.ALERT_RULES_FILE ? readFileSync(env.ALERT_RULES_FILE, 'utf8') : '[]');

let rules;
try {
  rules = rulesFrom(source());
} catch (error) {
  log('rules.refused', { level: 60, reason: error.message });
  process.exitCode = 1;
}
if (rules) serve();

function serve() {
  let longestGap = 0;
  let beatAt = performance.now();
  const beatMs = 8;
  const beats = setInterval(() => {
    const now = performance.now();
    longestGap = Math.max(longestGap, now - beatAt - beatMs);
    beatAt = now;
  }, beatMs);

  let used = process.cpuUsage();
  let readAt = process.hrtime();
  let metrics = {};

  function sample() {
    const since = process.cpuUsage(used);
    const [s, ns] = process.hrtime(readAt);
    used = process.cpuUsage();
    readAt = process.hrtime();
    const memory = process.memoryUsage();
    metrics = {
      cpuPercent: Math.round((since.user + since.system) / (s * 1e4 + ns / 1e5)),
      rssMB: Math.round(memory.rss / MB),
      heapUsedMB: Math.round((memory.heapUsed / MB) * 10) / 10,
      loopLagMs: Math.round(longestGap),
    };
    longestGap = 0;
    for (const rule of rules) judge(rule, metrics[rule.metric]);
    chat(`[monitor] rss ${metrics.rssMB} MB`);
    chat(JSON.stringify([metrics]));
    log('snapshot', { ...metrics, at: `${new Date().toISOString().slice(0, 19)}Z` });
  }

  function judge(rule, value) {
    rule.row = value > rule.above ? rule.row + 1 : 0;
    const fires = rule.row >= rule.needed || (rule.fires && rule.row > 0);
    if (fires === rule.fires) return;
    rule.fires = fires;
    const { name, metric, above } = rule;
    log('alert', { level: 40, name, metric, above, value, state: fires ? 'firing' : 'resolved' });
  }

  const sampling = setInterval(sample, sampleMs);
  let kept = [];

  const loads = {
    '/load/cpu': ({ ms }) => {
      const end = Date.now() + ms;
      const slice = () => {
        for (const until = performance.now() + 4; performance.now() < until; );
        if (Date.now() < end) setImmediate(slice);
      };
      slice();
    },
    '/load/block': ({ ms }) => {
      for (const end = performance.now() + ms; performance.now() < end; );
    },
    '/load/memory': ({ mb }) => {
      for (let i = 0; i < mb; i += 1) kept.push(Array.from({ length: MB / 8 }, () => i + 0.5));
    },
  };

  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url, 'http://localhost');
    const reply = (code, body) => {
      // No length and two writes: the body comes in chunks.
      res.writeHead(code, { 'content-type': 'application/health+json; charset=utf-8', connection: 'close' });
      const text = JSON.stringify(body, undefined, 2);
      res.write(text.slice(0, 5));
      res.end(text.slice(5));
    };
    if (req.method === 'GET' && pathname === '/') return reply(200, 'hello');
    if (req.method === 'GET' && pathname === '/health') {
      const alerts = rules.filter((rule) => rule.fires).map((rule) => rule.name);
      const degraded = alerts.length > 0;
      return reply(degraded ? 503 : 200, { alerts, metrics, status: degraded ? 'degraded' : 'healthy' });
    }
    if (req.method === 'DELETE' && pathname === '/load/memory') {
      kept = [];
      return reply(202, {});
    }
    const load = req.method === 'POST' ? loads[pathname] : undefined;
    if (load === undefined) return reply(404, {});
    const [[name, value] = []] = [...searchParams];
    res.on('finish', () => setTimeout(load, 1, { [name]: Number(value) }));
    return reply(202, { begins: 'soon' });
  });

  function end() {
    clearInterval(sampling);
    clearInterval(beats);
    server.close();
    process.stderr.write('{"event":"bye"}\n', () => process.exit(0));
  }
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, end);
  process.on('SIGHUP', () => {
    try {
      rules = rulesFrom(source());
      log('rules.read', { count: rules.length });
    } catch (error) {
      log('rules.refused', { level: 50, reason: error.message });
    }
  });

  server.listen(Number(env.PORT ?? 3000), () => log('ready', { port: server.address().port, level: 30 }));
}
