// Says ready with a port on which nobody listens.
import net from 'node:net';

const server = net.createServer();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  server.close(() => console.log(JSON.stringify({ event: 'ready', port })));
});
setTimeout(() => process.exit(0), 60_000);
