// Changes its title into what looks like a zombie's row in the process table, and ignores SIGTERM.
import http from 'node:http';

process.title = 'x) Z 1 1 (';
process.on('SIGTERM', () => {});
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
