import { createServer } from 'node:http';

process.on('uncaughtException', (error) => {
  console.log('fatal:', error.message);
  // No process.exit, so that the output is complete.
  process.exitCode = 1;
});

createServer().listen(0, '127.0.0.1', () => {
  throw new Error('oops');
});
