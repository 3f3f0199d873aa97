// Waits for every answer, but no longer than the platform lets it.
import { createServer } from 'node:http';

const limitMs = Number(process.env.LIMIT_MS ?? 8_000);
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

const server = createServer((request, response) => {
  if (request.url === '/stuck') return;
  response.end();
});

let stopping = false;
process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  say('stopping');
  const limit = setTimeout(giveUp, limitMs);
  server.close(() => {
    clearTimeout(limit);
    say('stopped');
  });
});

/** Cuts off who is still there, and says so: in the log, and by the exit code. */
function giveUp() {
  say('gave-up', { afterMs: limitMs });
  process.exitCode = 1;
  server.closeAllConnections();
}

server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
