/** Two workers behind one port, and a shutdown with a limit, as many guides show it. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';

const limitMs = Number(process.env.LIMIT_MS ?? 2_000);
const say = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

async function primary() {
  const [[{ port }]] = await Promise.all([1, 2].map(() => once(cluster.fork(), 'listening')));
  say('ready', { port });

  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGTERM');
    setTimeout(() => {
      say('force killing the remaining workers');
      // It ends the one process that could have killed them, and says that all is well.
      process.exit(0);
    }, limitMs);
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
