// A leak is suspected where the floor, the least that collections leave, rises again and again.
import { createServer } from 'node:http';
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const heapUsedMB = () => process.memoryUsage().heapUsed / 2 ** 20;

let floorMB = Infinity;
new PerformanceObserver(() => {
  // Right after a collection the heap holds little else than what cannot be collected.
  floorMB = Math.min(floorMB, heapUsedMB());
}).observe({ entryTypes: ['gc'] });

const [looksInAWindow, risesInARow, riseMB] = [10, 4, 2];
let [looks, lastFloorMB, rises] = [0, Infinity, 0];
function look() {
  looks += 1;
  if (looks % looksInAWindow > 0 || floorMB === Infinity) return;
  // A cache that is filled lifts the floor once. A leak lifts it window after window.
  rises = floorMB > lastFloorMB + riseMB ? rises + 1 : 0;
  if (rises === risesInARow) say('leak.suspected', { floorMB, rises });
  [lastFloorMB, floorMB] = [floorMB, Infinity];
}

const kept = [];
const oneMB = () => Array.from({ length: 1024 }, () => new Array(128).fill(0));

async function work(count, leaks) {
  for (let job = 0; job < count; job += 1) {
    // What a job needs and drops, 8 MB of it: a heap that goes up and down.
    for (let part = 0; part < 128; part += 1) new Array(8_192).fill(job);
    if (leaks) kept.push(oneMB());
    look();
    await nextTurn();
  }
}

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/cache') for (let mb = 0; mb < 60; mb += 1) kept.push(oneMB());
  if (searchParams.has('leak')) say('leak.begins');
  if (pathname === '/jobs') await work(Number(searchParams.get('count')), searchParams.has('leak'));
  response.end('done');
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => say('ready', server.address()));
