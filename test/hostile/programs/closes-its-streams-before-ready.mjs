// Closes its own stdout and stderr, then listens without a word.
import { closeSync } from 'node:fs';
import http from 'node:http';

closeSync(1);
closeSync(2);
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
setTimeout(() => process.exit(0), 60_000);
