// Writes a file of 50 MB into the folder in which it works.
import { writeFileSync } from 'node:fs';
import http from 'node:http';

writeFileSync('huge', Buffer.alloc(50 * 1024 * 1024, 1));
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
