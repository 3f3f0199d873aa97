// Waits for every answer before it ends, however long that takes.
import { createServer } from 'node:http';

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

const server = createServer((request, response) => {
  // Stands for a handler that waits for what will never come.
  if (request.url === '/stuck') return;
  response.end();
});

let stopping = false;
process.on('SIGTERM', () => {
  if (stopping) return;
  stopping = true;
  say('stopping');
  server.close(() => say('stopped'));
});
server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
