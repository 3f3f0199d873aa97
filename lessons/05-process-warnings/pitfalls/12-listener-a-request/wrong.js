// Each request listens for price changes. Node warned of eleven listeners, and the warning was switched off.
import { EventEmitter } from 'node:events';
import { createServer } from 'node:http';

const prices = new EventEmitter();
prices.setMaxListeners(0);
let calls = 0;

const server = createServer((request, response) => {
  if (request.method === 'POST') {
    calls = 0;
    prices.emit('change');
    response.end(JSON.stringify({ calls }));
    return;
  }
  prices.on('change', () => {
    calls += 1;
  });
  response.end('{}');
});
server.listen(process.env.PORT, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: server.address().port })}\n`);
});
