import cluster from 'node:cluster';
import { once } from 'node:events';
import { Agent, createServer, get } from 'node:http';
import { text } from 'node:stream/consumers';

if (cluster.isWorker) {
  createServer((_request, response) => response.end(String(process.pid))).listen(0, '127.0.0.1');
} else {
  const started = [1, 2, 3].map(() => once(cluster.fork(), 'listening'));
  const [[{ port }]] = await Promise.all(started);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const pids = new Set();
  for (let count = 0; count < 6; count += 1) {
    const [response] = await once(get({ host: '127.0.0.1', port, agent }), 'response');
    pids.add(await text(response));
  }
  console.log(`${pids.size} of 3 workers`);
  agent.destroy();
  cluster.disconnect();
}
