// Ends, but a helper in a session of its own keeps both of its pipes open.
import { spawn } from 'node:child_process';
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  spawn('sleep', ['60'], { detached: true, stdio: 'inherit' }).unref();
  setTimeout(() => process.exit(0), 300);
});
