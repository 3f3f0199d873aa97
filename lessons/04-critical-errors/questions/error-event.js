import { EventEmitter } from 'node:events';

process.on('uncaughtException', () => console.log('uncaught'));

const socket = new EventEmitter();
try {
  socket.emit('error', new Error('reset'));
  console.log('nobody listens');
} catch {
  console.log('caught');
}
