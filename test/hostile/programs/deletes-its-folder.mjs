// Deletes the folder in which it works, and goes on.
import { rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';

const folder = process.cwd();
// Only a folder of the tool's own is deleted, should somebody start this program by hand.
if (!folder.startsWith(`${tmpdir()}/`) || process.env.PROC_COURSE_STAGE === undefined) process.exit(1);
rmSync(folder, { recursive: true, force: true });
const server = http.createServer((_request, response) => response.end('ok'));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'ready', port: server.address().port }));
});
setTimeout(() => process.exit(0), 60_000);
