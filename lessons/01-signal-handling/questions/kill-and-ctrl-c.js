import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1_000)']);
const waiting = setInterval(() => {}, 1_000);

process.on('SIGTERM', () => console.log('SIGTERM:', child.signalCode ?? 'the child lives'));
process.on('SIGINT', () => {});
child.once('exit', (_code, signal) => {
  console.log('SIGINT:', signal ?? 'the child lives');
  clearInterval(waiting);
});
child.once('spawn', () => console.log('ready'));
