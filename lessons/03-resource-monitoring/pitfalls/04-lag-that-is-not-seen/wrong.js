// The lag is taken as the time until a setImmediate runs, as many a guide has it.
import { createServer } from 'node:http';

const reportMs = Number(process.env.REPORT_MS ?? 400);
const limitMs = Number(process.env.LIMIT_MS ?? 200);
const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

setInterval(() => {
  const start = performance.now();
  // Next in line after the timers and the sockets of this turn, so it measures this turn, and the block was another.
  setImmediate(() => {
    const lagMs = performance.now() - start;
    if (lagMs > limitMs) say('lag', { lagMs });
    say('looked');
  });
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
