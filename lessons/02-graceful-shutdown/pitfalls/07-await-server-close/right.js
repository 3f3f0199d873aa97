// Awaits the callback of `close`, and tells the clients that are still there to leave.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
let draining = false;

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, 'http://localhost');
  await delay(Number(searchParams.get('ms') ?? 0));
  // Otherwise a client that keeps its connection keeps the server as well.
  if (draining) response.setHeader('Connection', 'close');
  response.end();
});

process.on('SIGTERM', async () => {
  if (draining) return;
  draining = true;
  await promisify(server.close).call(server);
  say('drained');
});
server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
