// Prints escape sequences, cursor movements, a window title, carriage returns and bidi controls.
import http from 'node:http';

const controls = [
  '\x1b[2J\x1b[H',
  '\x1b[1A\x1b[2K\x1b[32mall checks passed\x1b[0m',
  '\x1b]0;all checks passed\x07',
  '\x1b]8;;http://127.0.0.1/\x1b\\a link\x1b]8;;\x1b\\',
  'not passed\rpassed    ',
  '\u009b31m\u202epassed ton\u202c\u2066\u200f\u2069',
  '\x1b[?1049h\x1b[?25l\x07\x08\x08\x08\x7f',
];
const server = http.createServer((_request, response) => response.end(controls.join('\n')));

for (const control of controls) console.log(control);
for (const control of controls) console.error(control);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port, says: controls }));
});
process.on('SIGTERM', () => {
  for (const signal of controls) console.log(JSON.stringify({ event: 'shutdown.start', signal }));
  process.exit(9);
});
setTimeout(() => process.exit(0), 60_000);
