// Awaits the server's `close`, which returns the server itself.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

const server = createServer(async (request, response) => {
  const { searchParams } = new URL(request.url, 'http://localhost');
  await delay(Number(searchParams.get('ms') ?? 0));
  response.end();
});

process.on('SIGTERM', async () => {
  await server.close();
  say('drained');
  process.exit(0);
});
server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
