import { fork } from 'node:child_process';

if (process.send === undefined) {
  const child = fork(import.meta.filename);
  child.on('message', (message) => {
    console.log(message);
    if (message === 'ready') {
      child.kill('SIGTERM');
      console.log('killed:', child.killed);
      child.send('are you there?');
    } else {
      child.kill('SIGKILL');
    }
  });
} else {
  process.on('SIGTERM', () => {});
  process.on('message', () => process.send('still here'));
  process.send('ready');
}
