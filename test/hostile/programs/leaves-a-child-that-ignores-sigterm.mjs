// Ends cleanly when asked to, and leaves behind a child that ignores SIGTERM.
import { spawn } from 'node:child_process';
import http from 'node:http';

const stubborn = 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 60_000)';
const child = spawn(process.execPath, ['-e', stubborn], { stdio: 'ignore' });
process.on('SIGTERM', () => {
  child.kill('SIGTERM');
  process.exit(0);
});
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
