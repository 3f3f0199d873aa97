// Says ready, then closes its own stdout and stderr and goes on answering.
import { closeSync, writeSync } from 'node:fs';
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  writeSync(1, `${JSON.stringify({ event: 'ready', port: server.address().port })}\n`);
  closeSync(1);
  closeSync(2);
});
process.on('SIGTERM', () => {});
setTimeout(() => process.exit(0), 60_000);
