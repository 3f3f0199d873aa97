// Starts Node children in its own group without end, and hands every signal on to nobody.
import { spawn } from 'node:child_process';
import http from 'node:http';

const mostForTheMachine = 150;
let children = 0;
const fork = () => {
  if (children >= mostForTheMachine) return;
  children += 1;
  spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' }).on('error', () => {});
};
process.on('SIGTERM', () => {});
const server = http.createServer((_request, response) => response.end('ok'));

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
  setInterval(fork, 20);
});
setTimeout(() => process.exit(0), 60_000);
