// Each request listens for price changes for as long as it is there, and the warning stays on for the day it is not so.
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';

const prices = new EventEmitter();
let calls = 0;

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    calls = 0;
    prices.emit('change');
    response.end(JSON.stringify({ calls }));
    return;
  }
  const note = () => {
    calls += 1;
  };
  prices.on('change', note);
  // 'close' comes for an answer that is out and for a client that went away.
  response.once('close', () => prices.off('change', note));
  response.end('{}');
});
server.listen(process.env.PORT, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: server.address().port })}\n`);
});
