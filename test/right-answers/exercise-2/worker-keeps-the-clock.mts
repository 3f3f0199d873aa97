// style: a worker thread keeps the clock and prints; the main thread beats into shared memory; the first sample comes before ready
import { readFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

type Figures = { cpuPercent: number; rssMB: number; heapUsedMB: number; loopLagMs: number };
type Rule = { name: string; metric: keyof Figures; above: number; samples?: number };
type Watched = Rule & { row: number; firing: boolean };

const MiB = 2 ** 20;
const say = (fields: object): void => void writeSync(1, `${JSON.stringify(fields)}\n`);
const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const watch = (rules: Rule[]): Watched[] => rules.map((rule) => ({ ...rule, row: 0, firing: false }));

// Cells of the shared memory: the last beat of the main loop, the longest gap since the last sample, the heap.
const [beat, gap, heap] = [0, 1, 2];
const beatMs = 5;

function keepTheClock(): void {
  const { cells, sampleMs } = workerData as { cells: Float64Array; sampleMs: number };
  let watched = watch((workerData as { rules: Rule[] }).rules);
  let usage = process.cpuUsage();
  let atMs = monotonicMs();
  const sample = (): void => {
    const now = { usage: process.cpuUsage(), atMs: monotonicMs() };
    const usedMs = (now.usage.user + now.usage.system - usage.user - usage.system) / 1000;
    const figures: Figures = {
      cpuPercent: now.atMs > atMs ? (100 * usedMs) / (now.atMs - atMs) : 0,
      rssMB: process.memoryUsage.rss() / MiB,
      heapUsedMB: (cells[heap] as number) / MiB,
      loopLagMs: Math.max(0, (cells[gap] as number) - beatMs, now.atMs - (cells[beat] as number) - beatMs),
    };
    cells[gap] = 0;
    usage = now.usage;
    atMs = now.atMs;
    say({ event: 'snapshot', at: new Date(), from: 'worker', ...figures });
    for (const rule of watched) {
      const value = figures[rule.metric];
      rule.row = value > rule.above ? rule.row + 1 : 0;
      const firing = rule.firing ? rule.row > 0 : rule.row >= (rule.samples ?? 1);
      if (firing === rule.firing) continue;
      rule.firing = firing;
      const { name, metric, above } = rule;
      say({ event: 'alert', name, metric, above, value, state: firing ? 'firing' : 'resolved' });
    }
    parentPort?.postMessage({
      figures,
      alerts: watched.filter((rule) => rule.firing).map(({ name }) => name),
    });
  };
  sample();
  setInterval(sample, sampleMs);
  parentPort?.on('message', (rules: Rule[]) => {
    watched = watch(rules);
  });
}

function readRules(): Rule[] {
  const { ALERT_RULES, ALERT_RULES_FILE } = process.env;
  const text =
    ALERT_RULES ?? (ALERT_RULES_FILE === undefined ? '[]' : readFileSync(ALERT_RULES_FILE, 'utf8'));
  const rules = JSON.parse(text) as Rule[];
  if (!Array.isArray(rules)) throw new TypeError('no array of rules');
  for (const { name, metric, above } of rules) {
    const isMetric = ['cpuPercent', 'rssMB', 'heapUsedMB', 'loopLagMs'].includes(metric);
    if (!isMetric || !Number.isFinite(above)) throw new TypeError(`the rule ${name} makes no sense`);
  }
  return rules;
}

async function serve(): Promise<void> {
  const cells = new Float64Array(new SharedArrayBuffer(24));
  cells[beat] = monotonicMs();
  const sampleMs = Number(process.env.SAMPLE_MS ?? 1000);
  const clock = new Worker(new URL(import.meta.url), {
    workerData: { cells, sampleMs, rules: readRules() },
    execArgv: [],
  });
  let last: { figures?: Figures; alerts: string[] } = { alerts: [] };
  clock.on('message', (message) => {
    last = message;
  });
  const beats = setInterval(() => {
    const nowMs = monotonicMs();
    cells[gap] = Math.max(cells[gap] as number, nowMs - (cells[beat] as number));
    cells[beat] = nowMs;
    cells[heap] = process.memoryUsage().heapUsed;
  }, beatMs);
  await new Promise((resolve) => clock.once('message', resolve));

  let kept: Float64Array[] | number[][] = [];
  const spinMs = (ms: number): void => {
    for (const end = monotonicMs() + ms; monotonicMs() < end; );
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url as string, 'http://127.0.0.1');
    const amount = Number(url.searchParams.get('ms') ?? url.searchParams.get('mb'));
    const accept = (load: () => unknown): void => {
      response.statusCode = 202;
      response.end(() => setImmediate(load));
    };
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /':
        return void response.end('here');
      case 'GET /health': {
        const { alerts, figures } = last;
        response.statusCode = alerts.length > 0 ? 503 : 200;
        const status = alerts.length > 0 ? 'degraded' : 'healthy';
        return void response.end(JSON.stringify({ status, metrics: figures, alerts }));
      }
      case 'POST /load/block':
        return accept(() => spinMs(amount));
      case 'POST /load/cpu':
        return accept(async () => {
          for (const end = monotonicMs() + amount; monotonicMs() < end; ) {
            spinMs(3);
            await new Promise(setImmediate);
          }
        });
      case 'POST /load/memory':
        return accept(() => {
          kept = [
            ...(kept as number[][]),
            ...Array.from({ length: amount }, () => {
              // As on a machine that has to look for its memory: one long block, while the worker goes on printing.
              spinMs(8);
              return new Array(MiB / 8).fill(0.5);
            }),
          ];
        });
      case 'DELETE /load/memory':
        return accept(() => {
          kept = [];
        });
      default:
        response.statusCode = 404;
        return void response.end();
    }
  });
  const stop = async (): Promise<void> => {
    clearInterval(beats);
    server.close();
    await clock.terminate();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.on('SIGHUP', () => {
    try {
      clock.postMessage(readRules());
    } catch (error) {
      process.emitWarning(`The rules file was not taken: ${(error as Error).message}`);
    }
  });
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
    const address = server.address();
    say({ event: 'ready', port: typeof address === 'object' ? address?.port : 0 });
  });
}

if (isMainThread) {
  serve().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
} else keepTheClock();
