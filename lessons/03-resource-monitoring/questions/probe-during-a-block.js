import { createServer } from 'node:http';

const say = (event, fields) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const server = createServer((request, response) => {
  if (request.url === '/livez') return response.end('alive');
  if (request.url !== '/report') return response.end();
  say('report.begins');
  const endAtMs = performance.now() + Number(process.env.REPORT_MS ?? 500);
  while (performance.now() < endAtMs);
  response.end('done');
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => say('ready', server.address()));
