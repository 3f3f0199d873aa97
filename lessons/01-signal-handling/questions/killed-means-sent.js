import { spawn } from 'node:child_process';

const stubborn = `
  process.on('SIGTERM', () => console.log('not now'));
  setInterval(() => {}, 1_000);
  console.log('ready');`;
const child = spawn(process.execPath, ['-e', stubborn]);

child.stdout.setEncoding('utf8').on('data', (text) => {
  if (text.includes('ready')) child.kill('SIGTERM');
  if (!text.includes('not now')) return;
  console.log(child.killed, child.signalCode);
  child.kill('SIGKILL');
});
