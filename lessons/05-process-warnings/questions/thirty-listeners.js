import { EventEmitter } from 'node:events';

process.on('warning', ({ type, count }) => console.log(type, count));

const orders = new EventEmitter();
for (let request = 1; request <= 30; request += 1) {
  orders.on('paid', () => {});
  orders.on('sent', () => {});
}
