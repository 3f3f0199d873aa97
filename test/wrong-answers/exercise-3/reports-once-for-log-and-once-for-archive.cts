// mistake: Each crash is written twice, under its own name and as the latest one.
// breaks: leaves-a-crash-report, works-without-a-channel, rejected-values, thrown-values
import fs = require('node:fs');
import http = require('node:http');
import net = require('node:net');
import hooks = require('node:async_hooks');

interface Snapshot {
  kind: string;
  message: string;
  stack?: string;
  time: string;
  context: Record<string, unknown>;
}

class RejectedError extends Error {
  readonly reason: unknown;
  readonly requestId: string | undefined;

  constructor(reason: unknown, requestId: string | undefined) {
    super('unhandled rejection');
    this.reason = reason;
    this.requestId = requestId;
  }
}

class CrashStore {
  private readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
  }

  save(snapshot: Snapshot): boolean {
    try {
      fs.mkdirSync(this.directory, { recursive: true });
      const fd = fs.openSync(`${this.directory}/${snapshot.time.replace(/\D/g, '')}.json`, 'w');
      fs.writeSync(fd, JSON.stringify(snapshot));
      fs.fsyncSync(fd);
      fs.closeSync(fd);
      fs.writeFileSync(`${this.directory}/latest.json`, JSON.stringify(snapshot));
      return true;
    } catch {
      return false;
    }
  }

  takeLast(): Snapshot | null {
    if (!fs.existsSync(this.directory)) return null;
    let last: Snapshot | null = null;
    for (const name of fs.readdirSync(this.directory)) {
      if (!/\.json$/.test(name)) continue;
      const snapshot = JSON.parse(fs.readFileSync(`${this.directory}/${name}`, 'utf8')) as Snapshot;
      if (!last || new Date(snapshot.time) > new Date(last.time)) last = snapshot;
      fs.unlinkSync(`${this.directory}/${name}`);
    }
    return last;
  }
}

class App {
  private readonly store = new CrashStore(process.env.CRASH_DIR ?? './crashes');
  private readonly limit = +(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000);
  private readonly degradedMs = +(process.env.DEGRADED_MS ?? 5000);
  private readonly ids = new hooks.AsyncLocalStorage<string>();
  private readonly sockets = new Map<net.Socket, number>();
  private readonly server = http.createServer((req, res) => this.route(req, res));
  private exitCode: number | undefined;
  private operational = 0;
  private calm: NodeJS.Timeout | undefined;

  start(): void {
    process.on('unhandledRejection', (reason) => {
      throw new RejectedError(reason, this.ids.getStore());
    });
    process.on('uncaughtException', (thrown: unknown) => this.caught(thrown));
    process.on('SIGTERM', () => this.end(0));
    this.server.on('connection', (socket) => {
      this.sockets.set(socket, 0);
      socket.on('close', () => this.forget(socket));
    });
    const last = this.store.takeLast();
    if (last) this.say('recovered', { from: { message: last.message } });
    this.server.listen(+(process.env.PORT ?? 3000), '127.0.0.1', () => {
      const port = (this.server.address() as net.AddressInfo).port;
      this.say('ready', { port });
      this.tell({ type: 'ready', port });
    });
  }

  private say(event: string, fields: object): void {
    fs.writeSync(1, `${JSON.stringify({ ...fields, event })}\n`);
  }

  private tell(message: object): void {
    if (process.connected) process.send?.(message);
  }

  private caught(thrown: unknown): void {
    const rejected = thrown instanceof RejectedError;
    const cause: unknown = rejected ? thrown.reason : thrown;
    const requestId = rejected ? thrown.requestId : this.ids.getStore();
    const snapshot = this.snapshot(rejected ? 'unhandledRejection' : 'uncaughtException', cause, requestId);
    this.say('error', snapshot);
    if (rejected && (cause as { operational?: boolean } | null)?.operational) {
      this.degrade();
      return;
    }
    if (this.exitCode !== undefined) return;
    if (!this.store.save(snapshot)) console.error('The report was not saved.');
    this.tell({ type: 'restart-request', reason: snapshot.message });
    this.end(1);
  }

  private snapshot(kind: string, cause: unknown, requestId: string | undefined): Snapshot {
    const error = cause instanceof Error ? cause : undefined;
    const text = error
      ? `${error.name}: ${error.message}`
      : typeof cause === 'object'
        ? JSON.stringify(cause)
        : `${cause}`;
    const clean = (dirty: string) =>
      dirty.replace(/(password|token)=([^\s"}]+)/g, (_, name) => `${name}=********`);
    return {
      kind,
      message: clean(text),
      ...(error?.stack && { stack: clean(error.stack) }),
      time: new Date().toISOString(),
      context: {
        pid: process.pid,
        uptimeSeconds: Math.round(process.uptime()),
        rssMB: Math.ceil(process.memoryUsage().rss / 1e6),
        requestId,
      },
    };
  }

  private degrade(): void {
    if (this.operational++ === 0) this.say('degraded', { errors: 1 });
    clearTimeout(this.calm);
    this.calm = setTimeout(() => {
      this.operational = 0;
      this.say('recovered-service', {});
    }, this.degradedMs);
  }

  private end(code: number): void {
    if (this.exitCode !== undefined) return;
    this.exitCode = code;
    setTimeout(() => process.exit(1), this.limit);
    this.server.close();
    for (const [socket, busy] of this.sockets) if (busy === 0) socket.destroy();
    this.exitWhenEmpty();
  }

  private forget(socket: net.Socket): void {
    this.sockets.delete(socket);
    this.exitWhenEmpty();
  }

  private exitWhenEmpty(): void {
    if (this.exitCode !== undefined && this.sockets.size === 0) process.exit(this.exitCode);
  }

  private route(req: http.IncomingMessage, res: http.ServerResponse): void {
    const socket = req.socket;
    this.sockets.set(socket, (this.sockets.get(socket) ?? 0) + 1);
    res.on('finish', () => {
      this.sockets.set(socket, (this.sockets.get(socket) ?? 1) - 1);
      if (this.exitCode !== undefined) socket.end();
    });
    const url = new URL(req.url ?? '/', 'http://localhost');
    const send = (status: number, body: unknown) => {
      res.statusCode = status;
      res.end(JSON.stringify(body));
    };
    const ask = (name: string) => url.searchParams.get(name) ?? '';
    if (url.pathname === '/') send(200, 'ok');
    else if (url.pathname === '/slow') setTimeout(() => send(200, { id: ask('id') }), Number(ask('ms')));
    else if (url.pathname === '/health') {
      send(200, this.operational ? { status: 'degraded', errors: this.operational } : { status: 'healthy' });
    } else if (req.method === 'POST') {
      send(202, null);
      this.ids.run(String(req.headers['x-request-id']), () => {
        setTimeout(() => this.fault(url.pathname.split('/').pop() ?? '', ask('message'), ask('kind')), 10);
      });
    } else send(404, null);
  }

  private fault(name: string, message: string, kind: string): void {
    const odd: Record<string, unknown> = {
      string: message,
      null: null,
      undefined: undefined,
      object: { code: message },
    };
    if (name === 'throw') throw new Error(message);
    if (name === 'throw-value') throw odd[kind];
    if (name === 'reject') void Promise.reject(new Error(message));
    if (name === 'reject-value') void Promise.reject(odd[kind]);
    if (name === 'operational') void Promise.reject(Object.assign(new Error(message), { operational: true }));
    if (name === 'throw-twice') {
      setTimeout(() => this.fault('throw', 'a later error', ''), 80);
      throw new Error(message);
    }
  }
}

new App().start();
