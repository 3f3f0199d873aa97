// mistake: The listener passes on the second argument, the number of the signal, instead of its name.
// breaks: stops-on-sigterm, stops-on-sigint, stops-on-sighup
import { EventEmitter } from 'node:events';
import http from 'node:http';

class Database extends EventEmitter {
  #state = 'new';

  connect(delayMs) {
    this.#state = 'connecting';
    setTimeout(() => {
      if (this.#state !== 'connecting') return;
      this.#state = 'open';
      this.emit('open');
    }, delayMs);
  }

  async query(text) {
    if (this.#state !== 'open') throw new Error(`cannot query: the database is ${this.#state}`);
    return { text, rows: 1 };
  }

  close({ delayMs, fails }) {
    if (this.#state === 'connecting') this.#state = 'abandoned';
    setTimeout(() => {
      if (fails) {
        this.emit('error', new Error('closing the database failed'));
        return;
      }
      this.#state = 'closed';
      this.emit('closed');
    }, delayMs);
  }
}

class Service extends EventEmitter {
  #settings;
  #database = new Database();
  #server = http.createServer((request, response) => this.#handle(request, response));
  #stopping = false;

  constructor(settings) {
    super();
    this.#settings = settings;
    this.#database.once('open', () => this.#listen());
    this.#database.once('closed', () => this.emit('db.closed'));
  }

  start() {
    this.emit('starting');
    this.#database.connect(this.#settings.startDelayMs);
    return this;
  }

  #listen() {
    if (this.#stopping) return;
    this.#server.listen(this.#settings.port, '127.0.0.1', () => {
      if (!this.#stopping) this.emit('ready', { port: this.#server.address().port });
    });
  }

  async #handle(request, response) {
    const { pathname, searchParams } = new URL(request.url, `http://${request.headers.host ?? 'localhost'}`);
    switch (pathname) {
      case '/':
        return this.#answer(response, 200, 'alive\n');
      case '/hang':
        return;
      case '/slow':
        setTimeout(
          async () => {
            try {
              const result = await this.#database.query('select 1');
              this.#answer(response, 200, JSON.stringify({ result, id: searchParams.get('id') }, null, 2));
            } catch (error) {
              this.#answer(response, 500, JSON.stringify({ error: error.message }));
            }
          },
          Number(searchParams.get('ms')),
        );
        return;
      default:
        this.#answer(response, 404, 'nothing here\n');
    }
  }

  #answer(response, status, text) {
    response.shouldKeepAlive = !this.#stopping;
    response.statusCode = status;
    response.end(text);
  }

  stop(signal) {
    if (this.#stopping) return;
    this.#stopping = true;
    this.emit('shutdown.start', { signal });
    const limit = setTimeout(() => this.#end('shutdown.forced', 1), this.#settings.shutdownTimeoutMs);

    this.#database.once('closed', () => {
      clearTimeout(limit);
      this.#end('shutdown.complete', 0);
    });
    this.#database.once('error', (error) => {
      clearTimeout(limit);
      this.#end('shutdown.error', 1, { message: error.message });
    });
    const cleanUp = () => {
      this.emit('shutdown.phase', { phase: 'cleanup' });
      this.#database.close(this.#settings.databaseClose);
    };

    this.emit('shutdown.phase', { phase: 'stop-accepting' });
    const wasListening = this.#server.listening;
    if (wasListening) this.#server.close(cleanUp);
    this.emit('shutdown.phase', { phase: 'drain' });
    if (!wasListening) cleanUp();
  }

  #end(event, code, fields) {
    this.emit(event, fields);
    this.emit('end', code);
  }
}

const env = (name, fallback) => Number(process.env[name] ?? fallback);
const service = new Service({
  port: env('PORT', 3000),
  shutdownTimeoutMs: env('SHUTDOWN_TIMEOUT_MS', 10_000),
  startDelayMs: env('START_DELAY_MS', 0),
  databaseClose: { delayMs: env('DB_CLOSE_MS', 50), fails: process.env.DB_CLOSE_FAIL === '1' },
});

const reported = [
  'starting',
  'ready',
  'shutdown.start',
  'shutdown.phase',
  'db.closed',
  'shutdown.complete',
  'shutdown.forced',
  'shutdown.error',
];
for (const event of reported) {
  service.on(event, (fields) => console.log(JSON.stringify({ at: Date.now(), event, ...fields })));
}
service.on('end', (code) => process.exit(code));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
  process.on(signal, (_name, number) => service.stop(number));

service.start();
