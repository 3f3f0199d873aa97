// Answers every request with a body that never ends.
import http from 'node:http';
import { Readable } from 'node:stream';

const piece = Buffer.alloc(64 * 1024, 'x');
const endless = () =>
  new Readable({
    read() {
      setImmediate(() => this.push(piece));
    },
  });
const server = http.createServer((_request, response) => endless().pipe(response));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
