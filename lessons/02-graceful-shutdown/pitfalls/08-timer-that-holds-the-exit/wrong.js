// Sets a limit to its shutdown, and leaves it standing when the shutdown is done.
import { createServer } from 'node:http';

const limitMs = Number(process.env.LIMIT_MS ?? 8_000);
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
const server = createServer((_request, response) => response.end());

let stopping = false;
process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  setTimeout(giveUp, limitMs);
  server.close(() => say('stopped'));
});

function giveUp() {
  say('forced');
  process.exitCode = 1;
  server.closeAllConnections();
}

server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
