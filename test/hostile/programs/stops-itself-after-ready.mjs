// Says ready and stops itself with SIGSTOP.
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ event: 'ready', port: server.address().port })}\n`, () => {
    process.kill(process.pid, 'SIGSTOP');
  });
});
setTimeout(() => process.exit(0), 60_000);
