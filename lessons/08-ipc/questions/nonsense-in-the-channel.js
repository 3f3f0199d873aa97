import { spawn } from 'node:child_process';

const child = spawn('sh', ['-c', 'echo hello >&$NODE_CHANNEL_FD'], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});

child.on('message', (message) => console.log('message', message));
child.on('error', (error) => console.log('error', error.message));
child.on('exit', (code) => console.log('exit', code));
