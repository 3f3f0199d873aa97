// Says ready and blocks its event loop for ever.
import http from 'node:http';

process.on('SIGTERM', () => process.exit(0));
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: server.address().port })}\n`, () => {
    while (performance.now() < 60_000);
  });
});
