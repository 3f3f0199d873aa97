// Exercise 2: a resource monitor with alerts. The brief beside this file says what to build and what is checked.
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

const MB = 1024 * 1024;
const port = Number(process.env.PORT ?? 3000);
const sampleMs = Number(process.env.SAMPLE_MS ?? 1000);
const rulesText = process.env.ALERT_RULES ?? '[]';

// Given: one event is one line of JSON on stdout.
function print(event: string, fields: object = {}) {
  console.log(JSON.stringify({ event, ...fields }));
}

// Given: the loads, so that there is something to see.
const kept: number[][] = [];

const loads = {
  // Uses a core in slices of 5 ms; the loop takes a turn between two of them and serves whoever waits.
  async cpu(ms: number) {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      spin(Math.min(5, end - performance.now()));
      await nextTurn();
    }
  },

  block(ms: number) {
    spin(ms);
  },

  // An array of doubles lies on the JavaScript heap, eight bytes an element.
  memory(mb: number) {
    for (let i = 0; i < mb; i += 1) kept.push(new Array(MB / 8).fill(i + 0.5));
  },

  forget() {
    kept.length = 0;
    globalThis.gc?.();
  },
};

function spin(ms: number) {
  const end = performance.now() + ms;
  while (performance.now() < end) {}
}

// Given: the server. A load begins only once its 202 has been handed to the operating system.
const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const amount = (name: string) => Number(url.searchParams.get(name) ?? 0);

  function answer(status: number, body: object, then: () => void = () => {}) {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body), then);
  }

  function accept(load: () => void) {
    answer(202, { accepted: true }, () => setImmediate(load));
  }

  switch (`${request.method} ${url.pathname}`) {
    case 'GET /':
      return answer(200, { ok: true });
    case 'GET /health':
      // Yours: the state as it is now: 200 and healthy, or 503 and degraded with the names of the rules that fire.
      return answer(501, { status: 'unknown' });
    case 'POST /load/cpu':
      return accept(() => loads.cpu(amount('ms')));
    case 'POST /load/block':
      return accept(() => loads.block(amount('ms')));
    case 'POST /load/memory':
      return accept(() => loads.memory(amount('mb')));
    case 'DELETE /load/memory':
      return accept(() => loads.forget());
    default:
      return answer(404, { error: 'not found' });
  }
});

// Yours: read the rules, and refuse the ones that mean nothing before the server listens.
function readRules(_text: string) {
  return [];
}

// Yours: take a sample every `sampleMs`, print it as a snapshot, and judge every rule by it.
function startMonitor(_rules: object[]) {
  console.error(`TODO: nobody samples every ${sampleMs} ms yet, so no rule can fire.`);
}

// Yours: end with exit code 0 on SIGTERM and SIGINT; stretch: read the rules file again on SIGHUP.

startMonitor(readRules(rulesText));

server.listen(port, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') print('ready', { port: address.port });
});
