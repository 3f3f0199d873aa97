// Its event lines hold arrays that are nested thirty thousand deep, as much as a line may hold.
import http from 'node:http';

const deep = '['.repeat(30_000) + ']'.repeat(30_000);
const server = http.createServer((_request, response) => response.end('ok'));

console.log(`{"event":"starting","deep":${deep}}`);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`{"event":"ready","port":${server.address().port},"deep":${deep}}`);
});
process.on('SIGTERM', () => {
  process.stdout.write(`{"event":"shutdown.start","signal":${deep}}\n`, () => process.exit(1));
});
setTimeout(() => process.exit(0), 60_000);
