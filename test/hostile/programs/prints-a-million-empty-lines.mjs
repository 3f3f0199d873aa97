// Prints a million empty lines and says ready only after them.
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));

process.stdout.write('\n'.repeat(1_000_000), () => {
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
    console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  });
});
setTimeout(() => process.exit(0), 60_000);
