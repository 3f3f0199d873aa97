// Two classes that a service could take as they are: one knows the connections, one runs the shutdown.
// The service tells the shutdown what there is to close at the moment when there is something to close.

import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

function print(event: string, fields: object = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

/** Knows each open connection of a server, and the answers that it still waits for. */
class Connections {
  readonly #server: Server;
  readonly #waiting = new Map<Socket, Set<ServerResponse>>();
  #draining = false;

  /** Has to be made before the server's request listener is added, to see a request before it is answered. */
  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#follow(socket));
    server.on('request', (request, response) => this.#expectAnswer(request.socket, response));
  }

  /** Stops listening; a server that is only about to listen never does. */
  stopAccepting(): void {
    this.#server.close();
  }

  /** From the call on, each connection ends with its last answer; resolves when none is left. */
  async drain(): Promise<void> {
    this.#draining = true;
    const ends = [...this.#waiting.keys()].map((socket) => new Promise((done) => socket.once('close', done)));
    for (const [socket, answers] of this.#waiting) this.#endAfter(answers, socket);
    await Promise.all(ends);
  }

  #follow(socket: Socket): void {
    // The system may have accepted a connection just before the server was closed.
    if (this.#draining) return void socket.destroy();
    this.#waiting.set(socket, new Set());
    socket.once('close', () => this.#waiting.delete(socket));
  }

  #expectAnswer(socket: Socket, response: ServerResponse): void {
    const answers = this.#waiting.get(socket);
    answers?.add(response);
    if (this.#draining) sayClose(response);
    response.once('close', () => {
      answers?.delete(response);
      // An answer whose head was sent before the signal could not announce the end of its connection.
      if (this.#draining && answers?.size === 0) socket.destroySoon();
    });
  }

  /** Of several answers on one connection only the last may announce its end: Node sends nothing after it. */
  #endAfter(answers: Set<ServerResponse>, socket: Socket): void {
    const last = [...answers].at(-1);
    if (last) sayClose(last);
    // Idle, silent or with half a request; Node 24 and before do not count the last two as idle.
    else socket.destroy();
  }
}

function sayClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

type Step = () => Promise<void> | void;
type Phase = 'stop-accepting' | 'drain' | 'cleanup';

/** Runs the phases once, at the first signal, under one limit, and ends the process. */
class Shutdown {
  readonly #timeoutMs: number;
  readonly #steps: Record<Phase, Step[]> = { 'stop-accepting': [], drain: [], cleanup: [] };
  #begun = false;

  constructor({ timeoutMs, signals }: { timeoutMs: number; signals: readonly NodeJS.Signals[] }) {
    this.#timeoutMs = timeoutMs;
    // `on` and not `once`: after `once`, the next signal would meet the default action and kill the program.
    for (const signal of signals) process.on(signal, () => this.#begin(signal));
  }

  get hasBegun(): boolean {
    return this.#begun;
  }

  /** Steps of one phase run in the opposite order of their adding: what was opened last is closed first. */
  during(phase: Phase, step: Step): void {
    this.#steps[phase].unshift(step);
  }

  async #begin(signal: NodeJS.Signals): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    print('shutdown.start', { signal });
    // Not cleared and not unref'd: the end of the phases is process.exit, which no timer holds back.
    setTimeout(() => this.#end('shutdown.forced', 1), this.#timeoutMs);

    let failures = 0;
    for (const phase of Object.keys(this.#steps) as Phase[]) {
      print('shutdown.phase', { phase });
      failures += await this.#run(phase);
    }
    if (failures > 0) this.#exit(1);
    else this.#end('shutdown.complete', 0);
  }

  /** A step that fails does not keep the others from being tried. Resolves to the number of failures. */
  async #run(phase: Phase): Promise<number> {
    let failures = 0;
    for (const step of this.#steps[phase]) {
      try {
        await step();
      } catch (error) {
        failures += 1;
        print('shutdown.error', { phase, message: error instanceof Error ? error.message : String(error) });
      }
    }
    return failures;
  }

  #end(event: string, code: number): void {
    print(event);
    this.#exit(code);
  }

  /** process.exit drops what a pipe has not taken yet; a reader that takes nothing is not waited for long. */
  #exit(code: number): void {
    process.stdout.write('', () => process.exit(code));
    setTimeout(() => process.exit(code), 250);
  }
}

const settings = {
  port: Number(process.env.PORT ?? 3000),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000),
  startDelayMs: Number(process.env.START_DELAY_MS ?? 0),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? 50),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};

const database = {
  isOpen: false,

  async connect(): Promise<void> {
    await wait(settings.startDelayMs);
    database.isOpen = true;
  },

  async query(id: string): Promise<object> {
    if (!database.isOpen) throw new Error('The database is closed.');
    return { id, rows: 1 };
  },

  async close(): Promise<void> {
    database.isOpen = false;
    await wait(settings.dbCloseMs);
    if (settings.dbCloseFails) throw new Error('The database did not confirm that it closed.');
    print('db.closed');
  },
};

const answer: RequestListener = async (request, response) => {
  const [path, search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);

  const reply = (status: number, body: object): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };

  if (path === '/') return reply(200, { service: 'up' });
  if (path === '/hang') return;
  if (path !== '/slow') return reply(404, { error: 'There is no such page.' });

  const id = query.get('id') ?? '';
  await wait(Number(query.get('ms') ?? 0));
  try {
    reply(200, await database.query(id));
  } catch (error) {
    reply(500, { id, error: String(error) });
  }
};

async function start(): Promise<void> {
  const shutdown = new Shutdown({
    timeoutMs: settings.shutdownTimeoutMs,
    signals: ['SIGTERM', 'SIGINT', 'SIGHUP'],
  });
  print('starting');

  await database.connect();
  if (shutdown.hasBegun) return;
  shutdown.during('cleanup', () => database.close());

  const server = createServer();
  const connections = new Connections(server);
  server.on('request', answer);
  shutdown.during('stop-accepting', () => connections.stopAccepting());
  shutdown.during('drain', () => connections.drain());

  server.listen(settings.port, '127.0.0.1', () => {
    const address = server.address();
    if (typeof address === 'object') print('ready', { port: address?.port });
  });
}

start();
