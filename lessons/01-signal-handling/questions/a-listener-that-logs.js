import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('hello'));

// So that the log shows when a deploy began.
process.on('SIGTERM', (signal) => console.log(`got ${signal}`));

server.listen(0, '127.0.0.1', () => console.log('{"event":"ready"}'));
