// A worker thread spins for ever, and the main thread waits for it when asked to end.
const http = require('node:http');
const { Worker } = require('node:worker_threads');

const spinning = new Worker('while (performance.now() < 60_000);', { eval: true });
process.on('SIGTERM', () => spinning.once('exit', () => process.exit(0)));
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
