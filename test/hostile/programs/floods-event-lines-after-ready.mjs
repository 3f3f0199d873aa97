// Says ready, then prints well-formed event lines of a shutdown for ever without being asked to end.
import http from 'node:http';

const names = ['shutdown.start', 'shutdown.phase', 'shutdown.complete', 'db.closed', 'ready'];
const lines = names
  .map((event) => `${JSON.stringify({ event, signal: 'SIGTERM', phase: 'drain', port: 9 })}\n`)
  .join('');
const flood = () => process.stdout.write(lines.repeat(100), () => setImmediate(flood));
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  flood();
});
setTimeout(() => process.exit(0), 60_000);
