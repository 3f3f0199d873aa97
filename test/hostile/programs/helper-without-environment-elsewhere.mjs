// Keeps a helper in a session of its own, with a cleared environment, in another folder.
import { spawn } from 'node:child_process';
import http from 'node:http';
import { tmpdir } from 'node:os';

// The argument only names the run, for whoever looks for leftovers.
spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)', tmpdir()], {
  detached: true,
  env: {},
  cwd: '/',
  stdio: 'ignore',
}).unref();
process.on('SIGTERM', () => process.exit(0));
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
