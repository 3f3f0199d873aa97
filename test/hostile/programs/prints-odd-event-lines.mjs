// Prints event lines whose names and fields are those of every object, and JSON that is no object.
import http from 'node:http';

const server = http.createServer((_request, response) => response.end('ok'));
const odd = [
  'null',
  '[]',
  '3',
  '{"event":null}',
  '{"event":{}}',
  '{"event":""}',
  '{"event":"ready"',
  '{"event":"ready"} {}',
];

for (const line of odd) console.log(line);
for (const event of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
  console.log(`{"event":"${event}","__proto__":{"port":1},"constructor":null,"toString":1,"length":-1}`);
}
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(
    `{"event":"ready","port":${server.address().port},"__proto__":{"event":"x"},"toJSON":1,"then":1}`,
  );
});
process.on('SIGTERM', () => {
  console.log('{"event":"shutdown.start","signal":{"toString":null}}');
  console.log('{"event":"shutdown.phase","phase":["stop-accepting"]}');
  process.exit(0);
});
setTimeout(() => process.exit(0), 60_000);
