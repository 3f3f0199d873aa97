import { createServer } from 'node:net';

/** The first port from `wanted` on that nobody listens on, on the address that the programs use. */
export async function firstFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port < 65_536; port += 1) if (await isFree(port)) return port;
  throw new Error(`No port from ${wanted} on is free.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
