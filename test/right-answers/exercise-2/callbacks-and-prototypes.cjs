// style: CommonJS with callbacks, prototypes and hoisted functions; a late timer measures the lag; alerts go to stderr before the snapshot
'use strict';

var fs = require('node:fs');
var http = require('node:http');
var url = require('node:url');

var MEGABYTE = 2 ** 20;
var METRICS = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'];

function say(stream, fields) {
  stream.write(`${JSON.stringify(fields)}\n`);
}

function Rule(definition) {
  this.name = definition.name;
  this.metric = definition.metric;
  this.above = definition.above;
  this.needed = definition.samples === undefined ? 1 : definition.samples;
  this.seen = 0;
  this.on = false;
}

Rule.check = (definition) => {
  if (definition === null || typeof definition !== 'object')
    return `not a rule: ${JSON.stringify(definition)}`;
  if (METRICS.indexOf(definition.metric) < 0)
    return `${definition.name}: unknown metric ${definition.metric}`;
  if (typeof definition.above !== 'number') return `${definition.name}: above is no number`;
  return null;
};

Rule.prototype.update = function (metrics) {
  var value = metrics[this.metric];
  var before = this.on;
  if (value > this.above) this.seen += 1;
  else this.seen = 0;
  if (this.seen === 0) this.on = false;
  if (this.seen >= this.needed) this.on = true;
  if (before === this.on) return;
  say(process.stderr, {
    event: 'alert',
    state: this.on ? 'firing' : 'resolved',
    above: this.above,
    value: value,
    metric: this.metric,
    name: this.name,
  });
};

function rulesFrom(text, done) {
  var list;
  try {
    list = JSON.parse(text);
  } catch (error) {
    return done(error);
  }
  if (!Array.isArray(list)) return done(new Error('no array'));
  for (let i = 0; i < list.length; i += 1) {
    const fault = Rule.check(list[i]);
    if (fault) return done(new Error(fault));
  }
  done(
    null,
    list.map((definition) => new Rule(definition)),
  );
}

function loadRules(done) {
  if (process.env.ALERT_RULES !== undefined) return rulesFrom(process.env.ALERT_RULES, done);
  if (!process.env.ALERT_RULES_FILE) return done(null, []);
  fs.readFile(process.env.ALERT_RULES_FILE, 'utf8', (error, text) => {
    if (error) return done(error);
    rulesFrom(text, done);
  });
}

function Monitor(rules) {
  this.rules = rules;
  this.metrics = {};
  this.worstDelay = 0;
  this.lastCpu = process.cpuUsage();
  this.lastTime = process.hrtime();
}

Monitor.prototype.start = function (sampleMs) {
  var step = 8;
  var expected = Date.now() + step;
  this.beat = setInterval(() => {
    var now = Date.now();
    this.worstDelay = Math.max(this.worstDelay, now - expected);
    expected = now + step;
  }, step);
  this.sampling = setInterval(() => {
    this.sample();
  }, sampleMs);
};

Monitor.prototype.stop = function () {
  clearInterval(this.beat);
  clearInterval(this.sampling);
};

Monitor.prototype.sample = function () {
  var span = process.hrtime(this.lastTime);
  var used = process.cpuUsage(this.lastCpu);
  var memory = process.memoryUsage();
  this.lastTime = process.hrtime();
  this.lastCpu = process.cpuUsage();
  this.metrics = {
    cpuPercent: (used.user + used.system) / (span[0] * 1e4 + span[1] / 1e5),
    rssMB: memory.rss / MEGABYTE,
    heapUsedMB: memory.heapUsed / MEGABYTE,
    loopLagMs: this.worstDelay,
  };
  this.worstDelay = 0;
  for (let i = 0; i < this.rules.length; i += 1) this.rules[i].update(this.metrics);
  say(process.stdout, Object.assign({ at: new Date().toISOString() }, this.metrics, { event: 'snapshot' }));
};

Monitor.prototype.health = function () {
  var names = [];
  for (let i = 0; i < this.rules.length; i += 1) if (this.rules[i].on) names.push(this.rules[i].name);
  return { status: names.length ? 'degraded' : 'healthy', metrics: this.metrics, alerts: names };
};

var kept = [];

function burn(until) {
  if (Date.now() >= until) return;
  var slice = Date.now() + 4;
  while (Date.now() < slice);
  setImmediate(burn, until);
}

function serve(monitor) {
  var server = http.createServer((req, res) => {
    var parts = url.parse(req.url, true);
    var ms = Number(parts.query.ms);
    var mb = Number(parts.query.mb);
    function reply(code, body, after) {
      res.writeHead(code, { 'content-type': 'application/json' });
      res.end(JSON.stringify(body), () => {
        if (after) setTimeout(after, 1);
      });
    }
    var health;
    if (req.method === 'GET' && parts.pathname === '/') return reply(200, 'hello');
    if (req.method === 'GET' && parts.pathname === '/health') {
      health = monitor.health();
      return reply(health.alerts.length ? 503 : 200, health);
    }
    if (req.method === 'POST' && parts.pathname === '/load/cpu') {
      return reply(202, {}, () => {
        burn(Date.now() + ms);
      });
    }
    if (req.method === 'POST' && parts.pathname === '/load/block') {
      return reply(202, {}, () => {
        var end = Date.now() + ms;
        while (Date.now() < end);
      });
    }
    if (req.method === 'POST' && parts.pathname === '/load/memory') {
      return reply(202, {}, () => {
        for (let i = 0; i < mb; i += 1) kept.push(new Array(MEGABYTE / 8).fill(i));
      });
    }
    if (req.method === 'DELETE' && parts.pathname === '/load/memory') {
      return reply(202, {}, () => {
        kept = [];
      });
    }
    reply(404, {});
  });
  server.listen(process.env.PORT || 3000, '127.0.0.1', () => {
    say(process.stdout, { event: 'ready', port: server.address().port });
  });
  return server;
}

loadRules((error, rules) => {
  if (error) {
    process.stderr.write(`cannot use the rules: ${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  var monitor = new Monitor(rules);
  var server = serve(monitor);
  monitor.start(Number(process.env.SAMPLE_MS || 1000));
  function end() {
    monitor.stop();
    server.close(() => {
      process.exit(0);
    });
  }
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', () => {
    loadRules((fault, fresh) => {
      if (fault) process.stderr.write(`reload failed: ${fault.message}\n`);
      else monitor.rules = fresh;
    });
  });
});
