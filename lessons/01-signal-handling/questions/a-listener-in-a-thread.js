import { isMainThread, parentPort, Worker } from 'node:worker_threads';

if (isMainThread) {
  const thread = new Worker(new URL(import.meta.url));
  thread.once('message', () => console.log('{"event":"ready"}'));
} else {
  process.on('SIGTERM', () => console.log('the thread heard it'));
  setInterval(() => {}, 1_000);
  parentPort.postMessage('listening');
}
