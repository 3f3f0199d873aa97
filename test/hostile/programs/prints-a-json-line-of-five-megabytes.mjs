// Its first event line is 5 MB long; ready comes after it.
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));

console.log(JSON.stringify({ event: 'starting', padding: 'x'.repeat(5 * 1024 * 1024) }));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
