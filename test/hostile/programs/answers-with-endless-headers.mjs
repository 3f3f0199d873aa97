// Answers every request with headers that never end.
import net from 'node:net';

const server = net.createServer((socket) => {
  let line = 0;
  const more = () => {
    line += 1;
    socket.write(`X-Line-${line}: ${'x'.repeat(100)}\r\n`, () => setImmediate(more));
  };
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\n', more));
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
