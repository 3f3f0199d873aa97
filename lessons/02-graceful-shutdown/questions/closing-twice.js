import { createServer } from 'node:http';

const server = createServer();
const say = (name) => (error) => console.log(name, error === undefined ? 'done' : error.code);

server.listen(0, '127.0.0.1', () => {
  server.close(say('first:'));
  server.close(say('second:'));
});
