// Every alert writes a heap snapshot, so that whoever is called has something to look at.
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { writeHeapSnapshot } from 'node:v8';

const limitMs = Number(process.env.LIMIT_MS ?? 50);
const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const everyMs = 20;
let lookedAtMs = performance.now();

setInterval(() => {
  const lagMs = performance.now() - lookedAtMs - everyMs;
  lookedAtMs = performance.now();
  if (lagMs > limitMs) {
    say('alert', { lagMs });
    takeSnapshot();
  }
  say('looked');
}, everyMs);

function takeSnapshot() {
  // The loop stands still until the file is whole: a delay that the next look finds, and raises an alert about.
  const file = writeHeapSnapshot();
  say('snapshot');
  // It would be kept for whoever is called; here it would only fill the disk.
  rmSync(file);
}

const server = createServer((request, response) => {
  const endAtMs = performance.now() + (request.url === '/report' ? 2 * limitMs : 0);
  while (performance.now() < endAtMs);
  response.end('done');
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => say('ready', server.address()));
