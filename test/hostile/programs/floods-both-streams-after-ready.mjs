// Says ready and answers, and floods stdout and stderr for ever.
import http from 'node:http';

const lines = 'all is well, all is well, all is well\n'.repeat(2_000);
const flood = (stream) => stream.write(lines, () => setImmediate(flood, stream));
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  flood(process.stdout);
  flood(process.stderr);
});
setTimeout(() => process.exit(0), 60_000);
