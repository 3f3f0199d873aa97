// style: the main thread only measures; a worker thread keeps the rules, judges each sample and prints every line
import { readFileSync, writeSync } from 'node:fs';
import http from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

const MIB = 1024 ** 2;
const known = new Set(['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs']);

function compile(text) {
  const rules = JSON.parse(text);
  if (!Array.isArray(rules)) throw new TypeError('rules: expected an array');
  for (const rule of rules) {
    if (!known.has(rule?.metric)) throw new TypeError(`rule ${rule?.name}: unknown metric ${rule?.metric}`);
    if (typeof rule.above !== 'number') throw new TypeError(`rule ${rule.name}: above is not a number`);
  }
  return rules;
}

function rulesText() {
  const { ALERT_RULES, ALERT_RULES_FILE } = process.env;
  if (ALERT_RULES !== undefined) return ALERT_RULES;
  return ALERT_RULES_FILE ? readFileSync(ALERT_RULES_FILE, 'utf8') : '[]';
}

// A worker's console goes through the main thread; writing to the descriptor does not.
const line = (fields) => writeSync(1, `${JSON.stringify(fields)}\n`);

function judge() {
  let watched = workerData.map((rule) => ({ ...rule, streak: 0, firing: false }));
  parentPort.on('message', ({ rules, metrics, at }) => {
    if (rules) watched = rules.map((rule) => ({ ...rule, streak: 0, firing: false }));
    if (!metrics) return;
    line({ event: 'snapshot', at, ...metrics });
    for (const rule of watched) {
      const { name, metric, above, samples = 1 } = rule;
      const value = metrics[metric];
      rule.streak = value > above ? rule.streak + 1 : 0;
      if (!rule.firing && rule.streak >= samples) {
        rule.firing = true;
        line({ event: 'alert', name, metric, value, above, state: 'firing' });
      } else if (rule.firing && rule.streak === 0) {
        rule.firing = false;
        line({ event: 'alert', name, metric, value, above, state: 'resolved' });
      }
    }
    parentPort.postMessage(watched.filter((rule) => rule.firing).map((rule) => rule.name));
  });
}

function measure(rules) {
  const judgeThread = new Worker(new URL(import.meta.url), { workerData: rules });
  let metrics = null;
  let firing = [];
  judgeThread.on('message', (names) => {
    firing = names;
  });

  const histogram = monitorEventLoopDelay({ resolution: 10 });
  histogram.enable();
  let cpu = process.cpuUsage();
  let time = process.hrtime.bigint();
  const sampling = setInterval(
    () => {
      const nextCpu = process.cpuUsage();
      const nextTime = process.hrtime.bigint();
      const micros = nextCpu.user - cpu.user + nextCpu.system - cpu.system;
      const memory = process.memoryUsage();
      metrics = {
        cpuPercent: (micros * 1e5) / Number(nextTime - time),
        rssMB: memory.rss / MIB,
        heapUsedMB: memory.heapUsed / MIB,
        loopLagMs: Math.max(histogram.max / 1e6 - 10, 0),
      };
      histogram.reset();
      [cpu, time] = [nextCpu, nextTime];
      judgeThread.postMessage({ metrics, at: new Date().toISOString() });
    },
    Number(process.env.SAMPLE_MS ?? 1000),
  );

  const held = [];
  const loads = {
    '/load/block': ({ ms }) => {
      for (const end = Date.now() + Number(ms); Date.now() < end; );
    },
    '/load/cpu': ({ ms }) => {
      const end = Date.now() + Number(ms);
      const slice = () => {
        const pause = Date.now() + 6;
        while (Date.now() < Math.min(end, pause));
        if (Date.now() < end) setImmediate(slice);
      };
      slice();
    },
    '/load/memory': ({ mb }) => {
      for (let i = 0; i < Number(mb); i += 1) held.push(Array.from({ length: 131_072 }, (_, n) => n / 2));
    },
  };

  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    const query = Object.fromEntries(searchParams);
    response.setHeader('content-type', 'application/json');
    if (request.method === 'DELETE') {
      response.writeHead(202).end('{}', () => held.splice(0));
    } else if (request.method === 'POST' && loads[pathname]) {
      response.writeHead(202).end('{}', () => setTimeout(loads[pathname], 2, query));
    } else if (pathname === '/health') {
      response.statusCode = firing.length ? 503 : 200;
      response.end(
        JSON.stringify({ status: firing.length ? 'degraded' : 'healthy', metrics, alerts: firing }),
      );
    } else if (pathname === '/') {
      response.end('{"hello":"world"}');
    } else {
      response.writeHead(404).end();
    }
  });
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
    line({ event: 'ready', port: server.address().port });
  });

  async function stop() {
    clearInterval(sampling);
    server.close();
    server.closeAllConnections();
    await judgeThread.terminate();
    process.exit(0);
  }
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.on('SIGHUP', () => {
    try {
      judgeThread.postMessage({ rules: compile(rulesText()) });
    } catch (error) {
      process.stderr.write(`not reloaded: ${error.message}\n`);
    }
  });
}

if (isMainThread) {
  let rules;
  try {
    rules = compile(rulesText());
  } catch (error) {
    writeSync(2, `${error.message}\n`);
    process.exit(1);
  }
  measure(rules);
} else {
  judge();
}
