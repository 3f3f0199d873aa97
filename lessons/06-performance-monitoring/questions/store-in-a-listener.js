import { AsyncLocalStorage } from 'node:async_hooks';
import { EventEmitter } from 'node:events';

const request = new AsyncLocalStorage();
const pool = new EventEmitter();

request.run('A', () => {
  pool.on('free', () => console.log(request.getStore()));
});
request.run('B', () => {
  pool.emit('free');
});
pool.emit('free');
