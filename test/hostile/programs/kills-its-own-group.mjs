// Says ready, answers once and sends SIGKILL to its own process group.
import http from 'node:http';

const server = http.createServer((_request, response) => {
  // Group 0 is the caller's own group: the tool must not be in it.
  response.end('ok', () => process.kill(0, 'SIGKILL'));
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
