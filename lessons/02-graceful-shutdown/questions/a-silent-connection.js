import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('hello'));

process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
