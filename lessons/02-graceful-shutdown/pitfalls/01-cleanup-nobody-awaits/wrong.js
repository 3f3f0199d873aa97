// Takes orders into memory, and saves them at the end.
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

process.on('SIGTERM', () => {
  // `close` has only begun when it returns.
  database.close();
  process.exit(0);
});
server.listen(0, '127.0.0.1', () => say('ready', { port: server.address().port }));
