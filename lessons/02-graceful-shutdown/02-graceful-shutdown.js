/**
 * A service that takes orders, and goes down without losing one.
 * Start it with: node 02-graceful-shutdown.js --name orders-1
 */
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { name } = parseArgs({ options: { name: { type: 'string', default: 'orders' } } }).values;
const { env } = process;
const settings = {
  port: Number(env.PORT ?? 3000),
  startMs: Number(env.START_MS ?? 0),
  // Below the patience of the platform, which sends SIGKILL after 10 s (Docker) or 30 s (Kubernetes).
  graceMs: Number(env.GRACE_MS ?? 8_000),
  // How long a load balancer may need to see that we are not ready any more.
  unreadyMs: Number(env.UNREADY_MS ?? 0),
  outboxMs: Number(env.OUTBOX_MS ?? 50),
  outboxFails: env.OUTBOX_FAILS === '1',
};

const say = (event, fields = {}, written) =>
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`, written);

/** Orders that were accepted and not yet sent on. They live in memory only, so the end has to wait for them. */
class Outbox {
  #orders = [];

  add(order) {
    this.#orders.push(order);
  }

  async close() {
    await delay(settings.outboxMs);
    if (settings.outboxFails) throw new Error(`${this.#orders.length} orders could not be sent`);
    say('outbox.sent', { orders: this.#orders.splice(0) });
  }
}

/** The HTTP server, and what it does not tell by itself: who is silent, who never ends, who is told to leave. */
class Front {
  #server = createServer((request, response) => this.#serve(request, response));
  #silent = new Set();
  #endless = new Set();
  #draining = false;

  constructor(outbox) {
    this.outbox = outbox;
    this.ready = true;
    this.#server.on('connection', (socket) => {
      this.#silent.add(socket);
      socket.once('close', () => this.#silent.delete(socket));
    });
    this.#server.on('upgrade', (_request, socket) => this.#upgrade(socket));
  }

  async listen(port) {
    await new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    return this.#server.address().port;
  }

  /** Resolves when the last answer is out and the last connection is closed. */
  async drain() {
    this.#draining = true;
    // `close` returns the server and not a promise: awaiting it would wait for nothing.
    const closed = new Promise((resolve) => this.#server.close(resolve));
    // It closes the connections that are idle now. Those that never asked anything are not idle to it before Node 26,
    // and those in the middle of a request's head are not idle to any version.
    for (const socket of this.#silent) socket.destroy();
    // What never ends by itself is ended here; its client reconnects elsewhere.
    for (const channel of this.#endless) channel.end('event: bye\ndata: reconnect\n\n');
    await closed;
  }

  async #serve(request, response) {
    this.#silent.delete(request.socket);
    // Busy connections become idle one by one. Those whose answer had begun before the drain could not be told.
    response.once('close', () => this.#draining && setImmediate(() => this.#server.closeIdleConnections()));
    const url = new URL(request.url, 'http://localhost');
    const route = `${request.method} ${url.pathname}`;
    // Stands for the work that a request is.
    if (url.searchParams.has('ms')) await delay(Number(url.searchParams.get('ms')));
    if (url.searchParams.has('block')) block(Number(url.searchParams.get('block')));
    if (route === 'GET /') return this.#answer(response, 200, { name });
    // Readiness: may requests be sent here? It is not liveness, which would have the process killed while it drains.
    if (route === 'GET /ready') return this.#answer(response, this.ready ? 200 : 503, { ready: this.ready });
    if (route === 'POST /orders') return this.#takeOrder(url.searchParams, response);
    if (route === 'GET /stream') return this.#stream(response);
    if (route === 'GET /stuck') return;
    this.#answer(response, 404, { error: 'no such route' });
  }

  #takeOrder(query, response) {
    const id = query.get('id') ?? 'order';
    this.outbox.add(id);
    this.#answer(response, 201, { id });
  }

  #stream(response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('event: hello\ndata: stream\n\n');
    this.#keep(response);
  }

  /** Stands for a WebSocket. The socket is ours from here on: `close` waits for it, and nothing in the server ends it. */
  #upgrade(socket) {
    this.#silent.delete(socket);
    socket.on('error', () => socket.destroy());
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: events\r\n\r\n');
    this.#keep(socket);
    say('upgraded');
  }

  #keep(channel) {
    this.#endless.add(channel);
    channel.once('close', () => this.#endless.delete(channel));
  }

  #answer(response, status, body) {
    // Decided when the answer is written, not when the request came. It ends the connection behind this answer, also
    // that of a client which would always have a next request. Told while we still listen, clients lose nothing by it.
    if (!this.ready) response.setHeader('Connection', 'close');
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  }
}

/** Stands for work that holds the loop: meanwhile no listener runs and no limit fires. */
function block(ms) {
  say('block', { ms });
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const outbox = new Outbox();
const front = new Front(outbox);
const stopping = new AbortController();

/** In the order in which one needs the other: orders come in through the front and rest in the outbox. */
const phases = {
  async unready() {
    front.ready = false;
    await delay(settings.unreadyMs);
  },
  drain: () => front.drain(),
  flush: () => outbox.close(),
};

/** Signals after the first find the shutdown under way, so there is one, and it has one limit. */
async function stop(signal) {
  if (stopping.signal.aborted) return;
  stopping.abort(signal);
  // A failure until it is known to be none, whichever way the process ends.
  process.exitCode = 1;
  // One limit for all phases together, because the platform counts from its signal as well.
  const limit = setTimeout(giveUp, settings.graceMs);
  say('stopping', { signal, graceMs: settings.graceMs });
  let failed = false;
  for (const [phase, run] of Object.entries(phases)) {
    say('phase', { phase });
    try {
      await run();
    } catch (error) {
      // The phases after it are still owed.
      failed = true;
      say('phase.failed', { phase, message: error.message });
    }
  }
  if (!failed) process.exitCode = 0;
  say('stopped', { clean: !failed });
  // Nothing holds the process now, and it ends with all its output written. If something does, the limit still comes.
  limit.unref();
}

function giveUp() {
  const leave = () => process.exit(1);
  // `process.exit` drops what is still on its way into a pipe, so the line goes first, unless nobody reads it.
  say('gave-up', { after: settings.graceMs }, leave);
  setTimeout(leave, 200);
}

async function start() {
  // Before anything that takes time: a deploy may be taken back while this instance still starts.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, stop);
  say('starting', { name });
  // Stands for what has to be there before the first request. A stop cuts it short.
  await delay(settings.startMs, undefined, { signal: stopping.signal }).catch(() => {});
  if (stopping.signal.aborted) return;
  say('ready', { name, port: await front.listen(settings.port) });
}

await start();
