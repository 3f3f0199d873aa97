import { createServer } from 'node:http';

const server = createServer((request, response) => {
  // Every other request waits for an answer that never comes.
  if (request.url === '/') response.end('hello');
});

process.on('SIGTERM', () => server.close(() => process.exit(0)));
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
