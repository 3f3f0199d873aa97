import { fork } from 'node:child_process';
import { once } from 'node:events';

let visits = 0;

if (process.send === undefined) {
  const [a, b] = [fork(import.meta.filename), fork(import.meta.filename)];
  for (const worker of [a, a, b]) {
    worker.send('visit');
    const [count] = await once(worker, 'message');
    console.log(count);
  }
  a.disconnect();
  b.disconnect();
} else {
  process.on('message', () => {
    visits += 1;
    process.send(visits);
  });
}
