// Puts a file into the folder in which it works and takes every permission from that folder.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';

// Only a folder of the tool's own is locked, should somebody start this program by hand.
if (process.env.PROC_COURSE_STAGE === undefined) process.exit(1);
mkdirSync('inner');
writeFileSync('inner/file', 'kept');
chmodSync('inner', 0);
chmodSync('.', 0);
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
