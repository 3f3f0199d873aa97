import { setTimeout as delay } from 'node:timers/promises';

const closeQueue = async () => {
  throw new Error('the queue does not answer');
};
const saveOrders = async () => {
  await delay(200);
  console.log('orders saved');
};

try {
  await Promise.all([closeQueue(), saveOrders()]);
  console.log('clean');
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
