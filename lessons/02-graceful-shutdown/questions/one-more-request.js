import { createServer } from 'node:http';

const server = createServer((request, response) => {
  const ms = Number(new URL(request.url, 'http://localhost').searchParams.get('ms'));
  setTimeout(() => response.end('hello'), ms);
});

process.on('SIGTERM', () => {
  server.close();
  console.log('{"event":"closing"}');
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
