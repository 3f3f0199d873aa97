// style: one single timer drives both the beats and the samples (the lag is its lateness, samples lie on a grid that does not drift), rules are generators fed with values, settings wrapped in a Proxy, whole-number figures, runs as CommonJS or as a module alike since it imports everything dynamically, ready comes late.

(async () => {
  // Whoever asks us to stop may do so from the first moment on.
  for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));
  let reload = () => {};
  process.on('SIGHUP', () => reload());

  const [{ createServer }, { readFileSync }, { performance }, v8, { pbkdf2Sync }] = await Promise.all([
    import('node:http'),
    import('node:fs'),
    import('node:perf_hooks'),
    import('node:v8'),
    import('node:crypto'),
  ]);

  const setting = new Proxy(process.env, {
    get: (env, name) =>
      env[name] === undefined ? undefined : { text: env[name], number: Number(env[name]) },
  });
  const sampleMs = setting.SAMPLE_MS?.number ?? 1000;

  // Lines are gathered within a turn and written in one go.
  let pending = '';
  const emit = (event, fields) => {
    if (pending === '') queueMicrotask(flush);
    pending += `${JSON.stringify(Object.assign(Object.create(null), fields, { event, pid: process.pid }))}\n`;
  };
  const flush = () => {
    const lines = pending;
    pending = '';
    process.stdout.write(lines);
  };

  // ---- Rules: each a generator that takes values and gives what is to be said, or nothing. --------------------

  function* vigil({ above, samples }) {
    let value = yield;
    for (;;) {
      let high = value > above ? 1 : 0;
      while (high < samples) {
        value = yield;
        high = value > above ? high + 1 : 0;
      }
      value = yield 'firing';
      while (value > above) value = yield;
      value = yield 'resolved';
    }
  }

  const METRICS = new Set(['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs']);

  const faults = (rule) => {
    if (Object(rule) !== rule || Array.isArray(rule)) return 'is no object';
    if (!METRICS.has(rule.metric)) return 'names no metric that there is';
    if (typeof rule.above !== 'number') return 'needs a number as "above"';
    return null;
  };

  const compile = (text, known = []) => {
    const list = JSON.parse(text);
    if (!Array.isArray(list)) throw new Error(`${text.slice(0, 80)} is no array`);
    for (const rule of list) {
      const fault = faults(rule);
      if (fault) throw new Error(`the rule ${JSON.stringify(rule)} ${fault}`);
    }
    return list.map((rule) => {
      const { name = null, metric, above, samples = 1 } = rule;
      const id = JSON.stringify([name, metric, above, samples]);
      const same = known.find((entry) => entry.id === id);
      if (same) return same;
      const watcher = vigil({ above, samples });
      watcher.next();
      return { id, name, metric, above, watcher, firing: false };
    });
  };

  const useFile = setting.ALERT_RULES === undefined && setting.ALERT_RULES_FILE !== undefined;
  const rulesText = () =>
    useFile ? readFileSync(setting.ALERT_RULES_FILE.text, 'utf8') : (setting.ALERT_RULES?.text ?? '[]');

  let book;
  try {
    book = compile(rulesText());
  } catch (error) {
    process.stderr.write(`No start with these rules: ${error.message}\n`);
    process.exit(1);
  }

  reload = () => {
    if (!useFile) return;
    try {
      book = compile(rulesText(), book);
    } catch (error) {
      process.stderr.write(`The rules file is broken, nothing changes: ${error.message}\n`);
    }
  };

  // ---- The metronome. -----------------------------------------------------------------------------------------

  const BEAT = 10;
  const MB = 1048576;
  let worst = 0;
  let state = { metrics: {} };
  let cpu = process.cpuUsage();
  let cpuAt = performance.now();
  const origin = performance.now();
  let sampleDue = origin + sampleMs;
  let due = 0;

  const wake = () => {
    const now = performance.now();
    worst = Math.max(worst, now - due);
    if (now >= sampleDue) {
      sample(now);
      // The next point of the grid that leaves at least half a sample.
      sampleDue = origin + sampleMs * Math.floor((now - origin) / sampleMs + 1.5);
    }
    arm();
  };
  const arm = () => {
    const now = performance.now();
    due = Math.max(now + 1, Math.min(now + BEAT, sampleDue));
    setTimeout(wake, Math.ceil(due - now));
  };

  function sample(now) {
    const { user, system } = process.cpuUsage(cpu);
    cpu = process.cpuUsage();
    const metrics = {
      cpuPercent: Math.round((user + system) / 10 / (now - cpuAt)),
      rssMB: Math.round(process.memoryUsage.rss() / MB),
      heapUsedMB: Math.round(v8.getHeapStatistics().used_heap_size / MB),
      loopLagMs: Math.round(worst),
    };
    cpuAt = now;
    worst = 0;
    state = { metrics };
    emit('snapshot', { at: new Date().toISOString(), ...metrics });
    for (const rule of book) {
      const value = metrics[rule.metric];
      const { value: turn } = rule.watcher.next(value);
      if (turn) {
        rule.firing = turn === 'firing';
        emit('alert', { name: rule.name, metric: rule.metric, value, above: rule.above, state: turn });
      }
    }
  }

  // ---- Loads. -------------------------------------------------------------------------------------------------

  const turn = () => new Promise((resolve) => setImmediate(resolve));
  let pile = null;

  // Burns with real work instead of an empty loop: a few hundred rounds of a key derivation at a time.
  const burnUntil = (end) => {
    while (performance.now() < end) pbkdf2Sync('a', 'b', 200, 32, 'sha256');
  };

  const loads = {
    'POST /load/cpu': async ({ ms }) => {
      for (const end = performance.now() + ms; performance.now() < end; await turn()) {
        burnUntil(Math.min(end, performance.now() + 3));
      }
    },
    'POST /load/block': ({ ms }) => burnUntil(performance.now() + ms),
    'POST /load/memory': async ({ mb }) => {
      // A linked list of blocks of one megabyte, a few of them a turn.
      for (let made = 0; made < mb; made += 1) {
        pile = { block: new Array(MB / 8).fill(made + 0.125), below: pile };
        if (made % 10 === 9) await turn();
      }
    },
    'DELETE /load/memory': () => {
      pile = null;
      globalThis.gc?.();
    },
  };

  // ---- HTTP. --------------------------------------------------------------------------------------------------

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://h');
    const key = `${request.method} ${url.pathname}`;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    if (Object.hasOwn(loads, key)) {
      response.statusCode = 202;
      await new Promise((resolve) => response.end('{"accepted":true}', resolve));
      await turn();
      await loads[key](Object.fromEntries([...url.searchParams].map(([name, text]) => [name, Number(text)])));
    } else if (key === 'GET /health') {
      const alerts = book.filter(({ firing }) => firing).map(({ name }) => name);
      response.statusCode = alerts.length ? 503 : 200;
      response.end(
        JSON.stringify({ status: alerts.length ? 'degraded' : 'healthy', ...state, alerts }, null, 2),
      );
    } else {
      response.statusCode = key === 'GET /' ? 200 : 404;
      response.end('{}');
    }
  });

  server.listen(setting.PORT?.number ?? 3000, '127.0.0.1', () => {
    arm();
    // The word is given a little later than the door is opened.
    setTimeout(() => emit('ready', { port: server.address().port }), 250);
  });
})();
