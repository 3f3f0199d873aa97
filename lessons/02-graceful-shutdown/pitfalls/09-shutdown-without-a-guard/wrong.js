// Shuts down as often as it is asked to.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const flushMs = Number(process.env.FLUSH_MS ?? 100);
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, 'http://localhost');
  await delay(Number(searchParams.get('ms') ?? 0));
  response.end();
});
const close = promisify(server.close).bind(server);

process.on('SIGTERM', async (signal) => {
  say('stopping', { signal });
  await close();
  // Stands for the orders that are still to be written down.
  await delay(flushMs);
  say('flushed');
});
server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
