// mistake: The reason of the restart request is the kind of the error, which says nothing of the cause.
// breaks: second-error, talks-to-its-supervisor, keeps-the-limit, rejections-end-in-order, crash-dir-is-not-writable, rejected-values, thrown-values
// moot: masks-the-restart-request
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';

const settings = {
  port: Number(process.env.PORT ?? 3000),
  crashDir: process.env.CRASH_DIR ?? './crashes',
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000),
  degradedMs: Number(process.env.DEGRADED_MS ?? 5000),
};

type Kind = 'uncaughtException' | 'unhandledRejection';

class ErrorRecord {
  readonly kind: Kind;
  readonly message: string;
  readonly stack?: string;
  readonly time = new Date();
  readonly context = {
    pid: process.pid,
    uptimeSeconds: process.uptime(),
    rssMB: process.memoryUsage.rss() / 2 ** 20,
    requestId: requestIds.getStore() || undefined,
  };

  constructor(thrown: unknown, kind: Kind) {
    this.kind = kind;
    this.message = hideSecrets(ErrorRecord.messageOf(thrown));
    if (thrown instanceof Error && thrown.stack) this.stack = hideSecrets(thrown.stack);
  }

  static messageOf(thrown: unknown) {
    if (thrown instanceof Error) return thrown.message;
    return typeof thrown === 'string' ? thrown : inspect(thrown);
  }
}

const requestIds = new AsyncLocalStorage<string>();
const errors = channel('service:error');
const ending = new AbortController();

type ErrorPart = { name: string; take(record: ErrorRecord, isFatal: boolean): void };

// A part that fails must not keep the others from their work, nor start the whole thing anew.
function subscribe(part: ErrorPart) {
  errors.subscribe((published) => {
    const { record, isFatal } = published as { record: ErrorRecord; isFatal: boolean };
    try {
      part.take(record, isFatal);
    } catch (error) {
      console.error(`${part.name} failed: ${ErrorRecord.messageOf(error)}`);
    }
  });
}

function say(event: string, fields: object = {}) {
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);
}

function hideSecrets(text: string) {
  return text.replace(/\b(?<name>password|token)=[^\s&,;'"]+/gi, '$<name>=****');
}

// ---- The parts ----

const log: ErrorPart = {
  name: 'The log',
  take: (record) => say('error', record),
};

class CrashReports implements ErrorPart {
  readonly name = 'The crash report';
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  take(record: ErrorRecord, isFatal: boolean) {
    if (!isFatal || ending.signal.aborted) return;
    mkdirSync(this.#dir, { recursive: true });
    const name = `crash-${record.time.getTime()}.json`;
    // Flushed: the report is on the disk when the call returns, also where the machine goes down next.
    writeFileSync(join(this.#dir, name), JSON.stringify(record), { flag: 'wx', flush: true });
  }

  // The end that was clean leaves its own mark; a report younger than that is of the last run.
  markCleanStop() {
    try {
      mkdirSync(this.#dir, { recursive: true });
      writeFileSync(join(this.#dir, 'clean-stop'), new Date().toISOString());
    } catch (error) {
      console.error(`The clean stop could not be marked: ${ErrorRecord.messageOf(error)}`);
    }
  }

  lastCrash(): { message: string; time: string } | undefined {
    const reports = readIfPossible(() => readdirSync(this.#dir).filter((name) => name.endsWith('.json')));
    const newest = reports?.sort().at(-1);
    if (!newest) return undefined;
    const file = join(this.#dir, newest);
    const stoppedAt = readIfPossible(() => statSync(join(this.#dir, 'clean-stop')).mtimeMs) ?? 0;
    if (stoppedAt > statSync(file).mtimeMs) return undefined;
    return readIfPossible(() => JSON.parse(readFileSync(file, 'utf8')));
  }
}

function readIfPossible<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

class Supervisor implements ErrorPart {
  readonly name = 'The restart request';
  #underWay: Promise<unknown>[] = [];

  take(record: ErrorRecord, isFatal: boolean) {
    if (isFatal && !ending.signal.aborted) this.tell({ type: 'restart-request', reason: record.kind });
  }

  tell(message: object) {
    if (!process.connected) return;
    this.#underWay.push(new Promise((resolve) => process.send?.(message, undefined, undefined, resolve)));
  }

  async [Symbol.asyncDispose]() {
    await Promise.all(this.#underWay);
  }
}

class Health implements ErrorPart {
  readonly name = 'The degraded mode';
  #errors = 0;
  #recovery: NodeJS.Timeout | undefined;

  take(_record: ErrorRecord, isFatal: boolean) {
    if (isFatal) return;
    this.#errors += 1;
    if (this.#errors === 1) say('degraded');
    clearTimeout(this.#recovery);
    this.#recovery = setTimeout(() => this.#recover(), settings.degradedMs);
  }

  #recover() {
    this.#errors = 0;
    say('recovered-service');
  }

  report() {
    return this.#errors === 0 ? { status: 'healthy' } : { status: 'degraded', errors: this.#errors };
  }
}

// The last of the parts, because the others look at `ending` to know whether theirs is the first fatal error.
const endOfService: ErrorPart = {
  name: 'The end',
  take: (record, isFatal) => {
    if (isFatal) ending.abort(record);
  },
};

process.on('uncaughtException', (error) => {
  errors.publish({ record: new ErrorRecord(error, 'uncaughtException'), isFatal: true });
});

process.on('unhandledRejection', (reason) => {
  const isOperational = reason instanceof Error && (reason as { operational?: boolean }).operational === true;
  errors.publish({ record: new ErrorRecord(reason, 'unhandledRejection'), isFatal: !isOperational });
});

process.on('SIGTERM', () => ending.abort('SIGTERM'));
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

// ---- Given: the faults. Each strikes from a timer, after its request was answered. ----

const faultDelayMs = 20;
const secondFaultDelayMs = 70;

function valueThatIsNoError(kind: string | null, message: string): unknown {
  if (kind === 'null') return null;
  if (kind === 'undefined') return undefined;
  if (kind === 'object') return { code: message };
  return message;
}

type Fault = (message: string, kind: string | null) => void;

const faults = new Map<string, Fault>();

faults.set('throw', (message) => {
  throw new Error(message);
});

faults.set('throw-value', (message, kind) => {
  throw valueThatIsNoError(kind, message);
});

faults.set('reject', (message) => {
  Promise.reject(new Error(message));
});

faults.set('reject-value', (message, kind) => {
  Promise.reject(valueThatIsNoError(kind, message));
});

faults.set('operational', (message) => {
  Promise.reject(Object.assign(new Error(message), { operational: true }));
});

faults.set('throw-twice', (message) => {
  setTimeout(() => {
    throw new Error('a second error while the end is under way');
  }, secondFaultDelayMs - faultDelayMs);
  throw new Error(message);
});

// ---- The server ----

class Service {
  readonly #health: Health;
  readonly #server = createServer((req, res) => {
    requestIds.run(String(req.headers['x-request-id'] ?? ''), () => this.#answer(req, res));
  });

  constructor(health: Health) {
    this.#health = health;
  }

  async listen() {
    this.#server.listen(settings.port, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  #answer(req: IncomingMessage, res: ServerResponse) {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1');
    const query = url.searchParams;
    const fault = faults.get(url.pathname.replace('/fault/', ''));

    switch (`${req.method} ${url.pathname}`) {
      case 'GET /':
        return this.#send(res, 200, { hello: 'world' });
      case 'GET /health':
        return this.#send(res, 200, this.#health.report());
      case 'GET /slow':
        setTimeout(() => this.#send(res, 200, { id: query.get('id') }), Number(query.get('ms') ?? 0));
        return;
    }
    if (req.method !== 'POST' || !fault) return this.#send(res, 404, { error: 'not found' });
    this.#send(res, 202, { accepted: true });
    setTimeout(() => fault(query.get('message') ?? 'no message', query.get('kind')), faultDelayMs);
  }

  #send(res: ServerResponse, status: number, body: object) {
    if (ending.signal.aborted) res.setHeader('connection', 'close');
    res.writeHead(status, { 'content-type': 'application/json' });
    res.end(JSON.stringify(body));
  }

  // Resolves when every answer that is owed was given.
  async [Symbol.asyncDispose]() {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

// ---- From the first line to the last ----

const reports = new CrashReports(settings.crashDir);

async function serve(supervisor: Supervisor) {
  const health = new Health();
  for (const part of [log, reports, supervisor, health, endOfService]) subscribe(part);

  const lastCrash = reports.lastCrash();
  if (lastCrash) say('recovered', { from: lastCrash });

  await using service = new Service(health);
  const port = await service.listen();
  say('ready', { port });
  supervisor.tell({ type: 'ready', port });

  if (!ending.signal.aborted) await once(ending.signal, 'abort');
  // Held by nothing but itself and the work that is left; the exit below is what ends it.
  setTimeout(() => process.exit(1), settings.shutdownTimeoutMs);
}

async function main() {
  await using supervisor = new Supervisor();
  await serve(supervisor);
}

await main();
if (ending.signal.reason === 'SIGTERM') reports.markCleanStop();
process.stdout.write('', () => process.exit(ending.signal.reason === 'SIGTERM' ? 0 : 1));
