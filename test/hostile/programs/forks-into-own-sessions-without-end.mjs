// Starts children in sessions of their own without end, one every 10 ms.
import { spawn } from 'node:child_process';
import http from 'node:http';

const mostForTheMachine = 1_000;
let children = 0;
const fork = () => {
  if (children >= mostForTheMachine) return;
  children += 1;
  spawn('sleep', ['60'], { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
};
process.on('SIGTERM', () => {});
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  setInterval(fork, 10);
});
setTimeout(() => process.exit(0), 60_000);
