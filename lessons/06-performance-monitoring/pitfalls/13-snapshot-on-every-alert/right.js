// An alert may write a heap snapshot: one, and then none for a while. Its own delay is not counted.
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { writeHeapSnapshot } from 'node:v8';

const limitMs = Number(process.env.LIMIT_MS ?? 50);
const coolDownMs = Number(process.env.COOL_DOWN_MS ?? 3_600_000);
const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const everyMs = 20;
let lookedAtMs = performance.now();
let freeAtMs = 0;

setInterval(() => {
  const lagMs = performance.now() - lookedAtMs - everyMs;
  lookedAtMs = performance.now();
  if (lagMs > limitMs) {
    say('alert', { lagMs });
    if (performance.now() >= freeAtMs) takeSnapshot();
  }
  say('looked');
}, everyMs);

function takeSnapshot() {
  const file = writeHeapSnapshot();
  say('snapshot');
  rmSync(file);
  // From its end on, however long it took; and it was we who held the loop, so it is no delay to report.
  lookedAtMs = performance.now();
  freeAtMs = lookedAtMs + coolDownMs;
}

const server = createServer((request, response) => {
  const endAtMs = performance.now() + (request.url === '/report' ? 2 * limitMs : 0);
  while (performance.now() < endAtMs);
  response.end('done');
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => say('ready', server.address()));
