// Takes every connection and never answers.
import net from 'node:net';

const server = net.createServer((socket) => socket.on('error', () => {}).resume());
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
