// mistake: Where the database takes long its line is printed ahead of its time, so that the log goes on.
// breaks: waits-for-the-database
import { EventEmitter } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

const lookAwayMs = 500;

const setting = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const event = (name: string, fields: object = {}): void =>
  console.log(JSON.stringify({ event: name, ...fields, ts: Date.now() }));
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

type State = 'connecting' | 'serving' | 'lame-duck' | 'closed';

class Program {
  state: State = 'connecting';
  dbOpen = false;
  inFlight = 0;
  readonly settled = new EventEmitter();
  readonly server = http.createServer(async (request, response) => {
    this.inFlight++;
    response.on('close', () => {
      this.inFlight--;
      this.settled.emit('one-less');
    });
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const reply = (code: number, body: object): void => {
      if (this.leaving) response.setHeader('Connection', 'close');
      response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };
    if (url.pathname === '/slow') {
      await sleep(Number(url.searchParams.get('ms')));
      if (this.dbOpen) reply(200, { id: url.searchParams.get('id') });
      else reply(500, { error: 'database closed' });
    } else if (url.pathname === '/') {
      reply(200, { state: this.state });
    } else if (url.pathname !== '/hang') {
      reply(404, {});
    }
  });

  get leaving(): boolean {
    return this.state === 'lame-duck' || this.state === 'closed';
  }

  async start(): Promise<void> {
    event('starting');
    await sleep(setting('START_DELAY_MS', 0));
    if (this.leaving) return;
    this.dbOpen = true;
    this.server.listen(setting('PORT', 3000), '127.0.0.1', () => {
      if (this.leaving) return;
      this.state = 'serving';
      event('ready', { port: (this.server.address() as AddressInfo).port });
    });
  }

  async leave(signal: NodeJS.Signals): Promise<void> {
    if (this.leaving) return;
    const wasServing = this.state === 'serving';
    this.state = 'lame-duck';
    event('shutdown.start', { signal });
    setTimeout(
      () => {
        event('shutdown.forced');
        process.exit(1);
      },
      setting('SHUTDOWN_TIMEOUT_MS', 10_000),
    ).unref();

    event('shutdown.phase', { phase: 'stop-accepting' });
    if (wasServing) {
      await sleep(lookAwayMs);
      this.server.close();
    }
    this.state = 'closed';

    event('shutdown.phase', { phase: 'drain' });
    while (this.inFlight > 0) await new Promise((resolve) => this.settled.once('one-less', resolve));
    this.server.closeAllConnections();

    event('shutdown.phase', { phase: 'cleanup' });
    await this.closeDatabase().catch((error: Error) => {
      event('shutdown.error', { message: error.message });
      process.exit(1);
    });
    event('shutdown.complete');
    process.exit(0);
  }

  async closeDatabase(): Promise<void> {
    const impatient = setTimeout(event, 100, 'db.closed');
    await sleep(setting('DB_CLOSE_MS', 50));
    if (process.env.DB_CLOSE_FAIL === '1') throw new Error('the database kept its lock');
    this.dbOpen = false;
    clearTimeout(impatient);
    if (setting('DB_CLOSE_MS', 50) <= 100) event('db.closed');
  }
}

const program = new Program();
process.on('SIGTERM', (signal) => void program.leave(signal));
process.on('SIGINT', (signal) => void program.leave(signal));
process.on('SIGHUP', (signal) => void program.leave(signal));
void program.start();
