/** Two workers behind one port, and a shutdown whose limit kills those that are left. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';

const limitMs = Number(process.env.LIMIT_MS ?? 2_000);
const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

async function primary() {
  const [[{ port }]] = await Promise.all([1, 2].map(() => once(cluster.fork(), 'listening')));
  say('ready', { port });

  process.once('SIGTERM', async () => {
    const workers = Object.values(cluster.workers);
    const gone = Promise.all(workers.map((worker) => once(worker, 'exit')));
    for (const worker of workers) worker.process.kill('SIGTERM');
    const limit = setTimeout(() => {
      say('force killing the remaining workers');
      process.exitCode = 1;
      for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    }, limitMs);
    // SIGKILL needs nobody's help, so this comes to its end.
    await gone;
    clearTimeout(limit);
  });
}

function serve() {
  const server = createServer((request, response) => {
    if (request.url === '/block') {
      say('blocking', { pid: process.pid });
      for (;;);
    }
    response.end('ok');
  });
  server.listen(0, '127.0.0.1');
  // The worker goes down gracefully, if its loop gets to hear of it.
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
}

if (cluster.isPrimary) primary();
else serve();
