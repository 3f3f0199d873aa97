// The same service. Its exit waits for what it has begun, and its exit code tells how that went.
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const say = (event, fields = {}) => console.log(JSON.stringify({ event, ...fields }));

const database = {
  orders: [],
  async close() {
    await writeFile('orders.json', JSON.stringify(this.orders));
    say('saved', { orders: this.orders.length });
  },
};

const server = createServer((request, response) => {
  if (request.method === 'POST') database.orders.push(request.url);
  response.writeHead(request.method === 'POST' ? 201 : 200).end();
});

let stopping = false;
async function stop() {
  stopping = true;
  // A failure until it is known to be none.
  process.exitCode = 1;
  server.close();
  try {
    await database.close();
    process.exitCode = 0;
  } catch (error) {
    say('not-saved', { message: error.message });
  }
}

process.on('SIGTERM', () => {
  if (!stopping) stop();
});
server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
