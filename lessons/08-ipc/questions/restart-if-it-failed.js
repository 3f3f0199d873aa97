import { spawn } from 'node:child_process';

const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)']);

child.on('exit', (code) => {
  if (code > 0) console.log('it failed: start it again');
  else console.log('it ended well');
});

// As the kernel does when memory is short.
child.on('spawn', () => child.kill('SIGKILL'));
