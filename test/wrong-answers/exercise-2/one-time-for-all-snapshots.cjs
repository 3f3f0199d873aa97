// mistake: The time is taken once, at the start, and printed with every snapshot.
// breaks: snapshots-keep-pace
'use strict';
// WRONG: snapshot: at is the ISO time of the start, the same in every snapshot
const http = require('node:http');
const fs = require('node:fs');
const perf = require('node:perf_hooks');
const MB = 1024 * 1024;
const sampleMs = Number(process.env.SAMPLE_MS || 1000);
const METRICS = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'];
function print(o) {
  process.stdout.write(JSON.stringify(o) + '\n');
}
function parseRules(text) {
  const rules = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error('the rules are no array');
  rules.forEach((r) => {
    if (r === null || typeof r !== 'object') throw new Error('no rule: ' + JSON.stringify(r));
    if (METRICS.indexOf(r.metric) < 0) throw new Error('rule ' + r.name + ': unknown metric ' + r.metric);
    if (typeof r.above !== 'number' || !isFinite(r.above))
      throw new Error('rule ' + r.name + ': above is no number: ' + JSON.stringify(r.above));
  });
  return rules.map((r) => ({
    name: r.name,
    metric: r.metric,
    above: r.above,
    samples: r.samples || 1,
    count: 0,
    firing: false,
  }));
}
let rules;
function initial() {
  if (process.env.ALERT_RULES !== undefined) return process.env.ALERT_RULES;
  if (process.env.ALERT_RULES_FILE) return fs.readFileSync(process.env.ALERT_RULES_FILE, 'utf8');
  return '[]';
}
try {
  rules = parseRules(initial());
} catch (e) {
  fs.writeSync(2, 'bad rules: ' + e.message + '\n');
  process.exitCode = 1;
}
const T0 = new Date().toISOString();
let latest = null;
let kept = [];
function spin(ms) {
  const t = perf.performance.now() + ms;
  while (perf.performance.now() < t);
}
function main() {
  const RES = 5;
  const h = perf.monitorEventLoopDelay({ resolution: RES });
  h.enable();
  let cpu = process.cpuUsage(),
    at = perf.performance.now();
  function sample() {
    const c = process.cpuUsage(),
      n = perf.performance.now(),
      m = process.memoryUsage();
    latest = {
      cpuPercent: (c.user - cpu.user + (c.system - cpu.system)) / 10 / (n - at),
      rssMB: m.rss / MB,
      heapUsedMB: m.heapUsed / MB,
      loopLagMs: Math.max(0, h.max / 1e6 - RES),
    };
    cpu = c;
    at = n;
    h.reset();
    print(Object.assign({ event: 'snapshot', at: T0 }, latest));
    rules.forEach(judge);
  }
  function judge(r) {
    const v = latest[r.metric];
    if (v > r.above) {
      r.count += 1;
      if (!r.firing && r.count >= r.samples) {
        r.firing = true;
        tell(r, v, 'firing');
      }
    } else {
      r.count = 0;
      if (r.firing) {
        r.firing = false;
        tell(r, v, 'resolved');
      }
    }
  }
  function tell(r, v, state) {
    print({ event: 'alert', name: r.name, metric: r.metric, value: v, above: r.above, state: state });
  }
  const timer = setInterval(sample, sampleMs);
  const server = http.createServer((q, s) => {
    const u = new URL(q.url, 'http://x');
    function say(code, body, then) {
      s.writeHead(code, { 'Content-Type': 'application/json' });
      s.end(JSON.stringify(body), then);
    }
    function load(f) {
      say(202, {}, () => {
        setImmediate(f);
      });
    }
    const key = q.method + ' ' + u.pathname;
    if (key === 'GET /') return say(200, {});
    if (key === 'GET /health') {
      const names = rules.filter((r) => r.firing).map((r) => r.name);
      return say(names.length ? 503 : 200, {
        status: names.length ? 'degraded' : 'healthy',
        metrics: latest || {},
        alerts: names,
      });
    }
    if (key === 'POST /load/cpu')
      return load(() => {
        const end = perf.performance.now() + Number(u.searchParams.get('ms'));
        (function slice() {
          const left = end - perf.performance.now();
          if (left <= 0) return;
          spin(Math.min(5, left));
          setImmediate(slice);
        })();
      });
    if (key === 'POST /load/block')
      return load(() => {
        spin(Number(u.searchParams.get('ms')));
      });
    if (key === 'POST /load/memory')
      return load(() => {
        for (let i = 0; i < Number(u.searchParams.get('mb')); i++) kept.push(new Array(MB / 8).fill(i + 0.5));
      });
    if (key === 'DELETE /load/memory')
      return load(() => {
        kept = [];
        if (global.gc) global.gc();
      });
    say(404, {});
  });
  function stop() {
    clearInterval(timer);
    h.disable();
    server.close();
    server.closeIdleConnections();
    process.exitCode = 0;
    setTimeout(() => {
      server.closeAllConnections();
    }, 300);
  }
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.on('SIGHUP', () => {
    fs.readFile(process.env.ALERT_RULES_FILE || '', 'utf8', (err, text) => {
      if (err) return console.error('rules file not read: ' + err.message);
      let next;
      try {
        next = parseRules(text);
      } catch (e) {
        return console.error('rules kept, the file is broken: ' + e.message);
      }
      rules = next;
    });
  });
  server.listen(Number(process.env.PORT || 3000), '127.0.0.1', () => {
    print({ event: 'ready', port: server.address().port });
  });
}
if (rules) main();
