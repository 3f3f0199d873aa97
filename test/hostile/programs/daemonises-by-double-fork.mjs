// Leaves a daemon behind by a double fork through the shell, and ends cleanly when asked to.
import { spawnSync } from 'node:child_process';
import http from 'node:http';

spawnSync('sh', ['-c', '(setsid sh -c "trap true TERM HUP INT; sleep 60; sleep 60" >/dev/null 2>&1 &)']);
process.on('SIGTERM', () => process.exit(0));
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
