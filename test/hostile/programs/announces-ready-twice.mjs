// Says ready twice; the second line names another port.
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  console.log(JSON.stringify({ event: 'ready', port: 9 }));
});
setTimeout(() => process.exit(0), 60_000);
