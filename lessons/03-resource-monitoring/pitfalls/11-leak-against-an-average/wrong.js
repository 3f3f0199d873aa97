// A leak is suspected where the heap is half as large again as its average over the last ten looks.
import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
const heapUsedMB = () => process.memoryUsage().heapUsed / 2 ** 20;

const history = [];
function look() {
  history.push(heapUsedMB());
  if (history.length > 10) history.shift();
  const average = history.reduce((sum, value) => sum + value, 0) / history.length;
  // A heap that jumps is above its average. One that grows evenly takes its average along, and never is.
  if (heapUsedMB() > 1.5 * average && heapUsedMB() > 40) say('leak.suspected', { heapUsedMB: heapUsedMB() });
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
