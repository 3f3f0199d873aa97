// Prints bytes that are no UTF-8, NUL bytes and lone surrogates, before and after it is ready.
import { writeSync } from 'node:fs';
import http from 'node:http';

const bytes = Buffer.from([
  0xff, 0xfe, 0x00, 0xc3, 0x28, 0xf0, 0x9f, 0x0a, 0x00, 0x00, 0xed, 0xa0, 0x80, 0x0a,
]);
const server = http.createServer((_request, response) => response.end(bytes));

writeSync(1, bytes);
writeSync(2, bytes);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`{"event":"ready","port":${server.address().port},"half":"\\ud800","nul":"\\u0000"}`);
  writeSync(1, bytes);
});
process.on('SIGTERM', () => {
  writeSync(
    1,
    Buffer.concat([
      Buffer.from('{"event":"shutdown.start","signal":"'),
      bytes.subarray(0, 7),
      Buffer.from('"}\n'),
    ]),
  );
  process.exit(1);
});
setTimeout(() => process.exit(0), 60_000);
