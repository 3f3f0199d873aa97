// Sets a limit to its shutdown, and takes it back when the shutdown is done.
import { createServer } from 'node:http';

const limitMs = Number(process.env.LIMIT_MS ?? 8_000);
const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));
const server = createServer((_request, response) => response.end());

let stopping = false;
process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  const limit = setTimeout(giveUp, limitMs);
  // Cleared rather than `unref`ed from the start: with that, a cleanup that waits for a lost answer ends at once with
  // code 0, because nothing holds the process.
  server.close(() => {
    clearTimeout(limit);
    say('stopped');
  });
});

function giveUp() {
  say('forced');
  process.exitCode = 1;
  server.closeAllConnections();
}

server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
