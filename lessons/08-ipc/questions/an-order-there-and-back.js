import { fork } from 'node:child_process';

if (process.send === undefined) {
  const order = { items: 1 };
  const child = fork(import.meta.filename);
  child.on('message', (answer) => {
    console.log(`answer ${answer.items}, order ${order.items}`);
    child.disconnect();
  });
  child.on('exit', (code) => console.log(`exit ${code}`));
  child.send(order);
  order.items = 5;
} else {
  process.on('message', (order) => {
    order.items += 10;
    process.send(order);
  });
}
