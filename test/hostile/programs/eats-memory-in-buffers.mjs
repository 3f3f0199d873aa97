// Says ready, ignores SIGTERM and keeps one buffer after another, up to 3 GB.
import http from 'node:http';

const kept = [];
const eat = () => {
  if (kept.length < 60) kept.push(Buffer.alloc(50 * 1024 * 1024, 1));
};
process.on('SIGTERM', () => {});
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  setInterval(eat, 20);
});
setTimeout(() => process.exit(0), 60_000);
