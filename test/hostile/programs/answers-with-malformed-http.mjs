// Answers every connection with something that is no HTTP.
import net from 'node:net';

const server = net.createServer((socket) => {
  socket.on('error', () => {});
  socket.on('data', () => socket.write('HTTP/9.9 banana\r\nContent-Length: -5\r\n\0\r\n\r\nok'));
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
