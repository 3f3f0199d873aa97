// The lag is the longest time that a timer of the loop came late since the last look.
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const reportMs = Number(process.env.REPORT_MS ?? 400);
const limitMs = Number(process.env.LIMIT_MS ?? 200);
const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const resolutionMs = 10;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
delays.enable();

setInterval(() => {
  // `max`, because one block among many ticks is lost in an average; less the tick itself, which counts as a delay.
  const lagMs = delays.max / 1e6 - resolutionMs;
  if (lagMs > limitMs) {
    say('lag', { lagMs });
    delays.reset();
  }
  say('looked');
}, 100);

function renderReport() {
  const endAtMs = performance.now() + reportMs;
  while (performance.now() < endAtMs);
}

const server = createServer((request, response) => {
  if (request.url !== '/report') return response.end();
  // A courtesy to the others: what is already there is answered first.
  setImmediate(() => {
    renderReport();
    response.end('done');
  });
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => say('ready', server.address()));
