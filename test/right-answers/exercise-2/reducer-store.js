// style: one immutable state, actions and a reducer; effects compare the state before and after to find what to print
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

const every = Number(process.env.SAMPLE_MS) || 1000;
const initial = { rules: [], metrics: undefined, above: {}, firing: [], held: [], stopping: false };

const reducers = {
  rules: (state, { rules }) => ({ ...state, rules, above: {}, firing: [] }),
  sample(state, { metrics }) {
    const above = Object.fromEntries(
      state.rules.map(({ name, metric, above: limit }) => [
        name,
        metrics[metric] > limit ? (state.above[name] ?? 0) + 1 : 0,
      ]),
    );
    const firing = state.rules
      .filter(
        ({ name, samples = 1 }) => above[name] >= samples || (above[name] > 0 && state.firing.includes(name)),
      )
      .map(({ name }) => name);
    return { ...state, metrics, above, firing };
  },
  hold: (state, { mb }) => ({
    ...state,
    held: [...state.held, ...Array.from({ length: mb }, (_, i) => new Array(2 ** 17).fill(i + 0.1))],
  }),
  forget: (state) => ({ ...state, held: [] }),
  stop: (state) => ({ ...state, stopping: true }),
};

const effects = [
  (now, before) => {
    if (now.metrics === before.metrics) return;
    emit('snapshot', { at: new Date(), ...now.metrics });
    for (const { name, metric, above } of now.rules) {
      const [is, was] = [now.firing.includes(name), before.firing.includes(name)];
      if (is === was) continue;
      emit('alert', { name, metric, above, value: now.metrics[metric], state: is ? 'firing' : 'resolved' });
    }
  },
  (now, before) => {
    if (!now.stopping || before.stopping) return;
    clearTimeout(next);
    delays.disable();
    server.close();
  },
];

let state = initial;
let next;

function dispatch(type, payload = {}) {
  const before = state;
  state = reducers[type](before, payload);
  for (const effect of effects) effect(state, before);
}

function emit(event, fields) {
  console.log(JSON.stringify({ event, ...fields }));
}

function validate(text) {
  const rules = JSON.parse(text);
  if (!Array.isArray(rules)) throw new Error('Rules: no array.');
  const good = ({ metric, above }) =>
    /^(cpuPercent|rssMB|heapUsedMB|loopLagMs)$/.test(metric) && Number.isFinite(above);
  const bad = rules.filter((rule) => !(rule && good(rule)));
  if (bad.length > 0)
    throw new Error(`Rules: ${bad.map((rule) => JSON.stringify(rule)).join(', ')} make no sense.`);
  return rules;
}

async function load() {
  const { ALERT_RULES: inline, ALERT_RULES_FILE: file } = process.env;
  return validate(inline ?? (file ? await readFile(file, 'utf8') : '[]'));
}

const delays = monitorEventLoopDelay({ resolution: 4 });
let usage = process.resourceUsage();
let sampledAt = performance.now();

function sampleAt(due) {
  next = setTimeout(
    () => {
      sampleAt(Math.max(due + every, performance.now()));
      const used = process.resourceUsage();
      const at = performance.now();
      const cpu = used.userCPUTime + used.systemCPUTime - usage.userCPUTime - usage.systemCPUTime;
      const memory = process.memoryUsage();
      // With so fine a resolution the gap itself is taken as the delay.
      const loopLagMs = delays.count > 0 ? delays.max / 1e6 : 0;
      delays.reset();
      const metrics = {
        cpuPercent: cpu / 10 / (at - sampledAt),
        rssMB: memory.rss / 1_048_576,
        heapUsedMB: memory.heapUsed / 1_048_576,
        loopLagMs,
      };
      usage = used;
      sampledAt = at;
      dispatch('sample', { metrics });
    },
    Math.max(0, due - performance.now()),
  );
}

function spinUntil(end) {
  while (performance.now() < end);
}

function cpu(end) {
  spinUntil(Math.min(end, performance.now() + 5));
  if (performance.now() < end) setImmediate(cpu, end);
}

const loads = {
  'POST /load/cpu': ({ ms }) => cpu(performance.now() + Number(ms)),
  'POST /load/block': ({ ms }) => spinUntil(performance.now() + Number(ms)),
  'POST /load/memory': ({ mb }) => dispatch('hold', { mb: Number(mb) }),
  'DELETE /load/memory': () => dispatch('forget'),
};

const server = createServer(({ method, url }, response) => {
  const { pathname, searchParams } = new URL(url, 'http://monitor');
  const load = loads[`${method} ${pathname}`];
  if (load) {
    response.statusCode = 202;
    response.on('finish', () => setImmediate(load, Object.fromEntries(searchParams)));
    return response.end();
  }
  if (pathname === '/health') {
    response.statusCode = state.firing.length === 0 ? 200 : 503;
    const status = response.statusCode === 200 ? 'healthy' : 'degraded';
    return response.end(JSON.stringify({ status, metrics: state.metrics ?? {}, alerts: state.firing }));
  }
  response.statusCode = pathname === '/' ? 200 : 404;
  response.end('ok');
});

try {
  dispatch('rules', { rules: await load() });
  delays.enable();
  sampleAt(performance.now() + every);
  process.on('SIGTERM', () => dispatch('stop'));
  process.on('SIGINT', () => dispatch('stop'));
  process.on('SIGHUP', () =>
    load().then(
      (rules) => dispatch('rules', { rules }),
      (error) => console.error('Reload failed.', error.message),
    ),
  );
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () =>
    emit('ready', { port: server.address().port }),
  );
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
