// style: a black box: a worker thread writes the crash report and acknowledges it; the main thread is a table-driven state machine; lines go through one Transform stream that masks and serialises; ready waits for the recorder; the report's file has a UUID for a name, and the second error of an end is reported beside the first, marked as secondary.

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { hostname, loadavg } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

if (isMainThread) main();
else recorder(workerData.directory);

// ------------------------------------------------------------------ worker thread: the recorder

function recorder(directory) {
  parentPort.on('message', ({ key, text }) => {
    parentPort.postMessage({ key, failure: put(directory, key, text) });
  });
  parentPort.postMessage({ key: 'ready' });
}

// Gives back what went wrong, if anything did.
function put(directory, name, text) {
  try {
    mkdirSync(directory, { recursive: true });
    const raw = join(directory, `${name}.raw`);
    writeFileSync(raw, text, { flush: true, mode: 0o640 });
    renameSync(raw, join(directory, `${name}.json`));
    return undefined;
  } catch (error) {
    return error.message;
  }
}

// ------------------------------------------------------------------ main thread

function main() {
  const directory = process.env.CRASH_DIR ?? './crashes';
  const limitMs = Math.min(Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 5000), 2 ** 31 - 1000);
  const degradedMs = Math.min(Number(process.env.DEGRADED_MS ?? 5000), 2 ** 31 - 1000);

  // ---- masking ----

  const mask = (value) => {
    if (typeof value === 'string') {
      return value.replace(
        /(?<=(?:password|token|secret|authorization)=)[\p{L}\p{N}_.~+/-]+/giu,
        '\u2022\u2022\u2022',
      );
    }
    if (Array.isArray(value)) return value.map(mask);
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mask(inner)]));
    }
    return value;
  };

  // ---- lines: objects in, masked text out ----

  const journal = new Transform({
    writableObjectMode: true,
    writableHighWaterMark: 10_000,
    readableHighWaterMark: 2 ** 24,
    transform(entry, _encoding, done) {
      done(null, `${JSON.stringify(mask(entry))}\n`);
    },
  });
  journal.pipe(process.stdout);

  const log = (event, fields) => journal.write({ event, host: hostname(), ...fields });

  async function flushed() {
    const held = () => journal.writableLength + journal.readableLength + process.stdout.writableLength;
    while (held() > 0) await pause(5);
  }

  // ---- the recorder's other end ----

  const box = new Worker(fileURLToPath(import.meta.url), { workerData: { directory } });
  const saving = new Map(); // key -> { text, resolve }
  let boxIsBroken = false;

  const complain = (failure) =>
    failure && process.stderr.write(`The report could not be written: ${failure}\n`);

  const boxReady = new Promise((resolve) => saving.set('ready', { resolve }));
  box.on('message', ({ key, failure }) => {
    complain(failure);
    saving.get(key)?.resolve();
    saving.delete(key);
  });
  box.on('error', () => {
    boxIsBroken = true; // then this thread does it
    for (const [key, { text, resolve }] of saving) {
      if (text) complain(put(directory, key, text));
      resolve();
    }
  });

  function save(report) {
    const key = randomUUID();
    const text = JSON.stringify(mask(report));
    if (boxIsBroken) return complain(put(directory, key, text));
    return new Promise((resolve) => {
      saving.set(key, { text, resolve });
      box.postMessage({ key, text });
    });
  }

  function lastCrash() {
    let names = [];
    try {
      names = readdirSync(directory);
    } catch {
      return undefined;
    }
    return names
      .filter((name) => /^[0-9a-f-]{36}\.json$/.test(name))
      .map((name) => {
        try {
          return JSON.parse(readFileSync(join(directory, name), 'utf8'));
        } catch {
          return {};
        }
      })
      .filter((report) => report.fatal === 'primary')
      .sort((a, b) => a.epoch - b.epoch)
      .at(-1);
  }

  // ---- what is known of an error ----

  const requests = new AsyncLocalStorage();

  function describe(kind, thrown) {
    const description = { kind, time: new Date().toISOString(), epoch: Date.now() };
    try {
      if (thrown instanceof Error) {
        Object.assign(description, {
          message: thrown.message || thrown.name,
          stack: thrown.stack,
          name: thrown.name,
        });
      } else if (typeof thrown === 'string') {
        description.message = thrown;
      } else {
        description.message = inspect(thrown, { breakLength: Infinity, depth: 4, getters: false });
      }
    } catch {
      description.message = 'nothing can be said about what was thrown';
    }
    description.context = {
      pid: process.pid,
      uptimeSeconds: process.uptime(),
      rssMB: process.memoryUsage().rss / 1024 / 1024,
      load: loadavg(),
      requestId: requests.getStore(),
    };
    return description;
  }

  // ---- the state machine: state -> input -> action; an input that a state does not know is let go ----

  let state = 'healthy'; // 'degraded', 'ending', 'stopping'
  let errors = 0;
  let calm;
  let owed = 0;
  const reports = [];

  const toDegraded = (error) => {
    log('error', error);
    errors += 1;
    if (state === 'healthy') log('degraded', { errors });
    state = 'degraded';
    clearTimeout(calm);
    calm = setTimeout(input, degradedMs + 10, 'calm');
  };
  const toHealthy = () => {
    state = 'healthy';
    errors = 0;
    log('recovered-service');
  };
  const toEnding = (error) => {
    state = 'ending';
    clearTimeout(calm);
    setTimeout(() => process.exit(1), limitMs);
    log('error', { ...error, fatal: 'primary' });
    reports.push(save({ ...error, fatal: 'primary' }));
    reports.push(tell({ type: 'restart-request', reason: mask(error.message) }));
    leave(1, 100);
  };
  const toStopping = () => {
    state = 'stopping';
    clearTimeout(calm);
    setTimeout(() => process.exit(0), Math.min(limitMs, 1000));
    leave(0, 0);
  };
  const alsoReport = (error) => reports.push(save({ ...error, fatal: 'secondary' }));
  const logOnly = (error) => log('error', error);

  const table = {
    healthy: { fatal: toEnding, operational: toDegraded, term: toStopping },
    degraded: { fatal: toEnding, operational: toDegraded, term: toStopping, calm: toHealthy },
    ending: { fatal: alsoReport },
    stopping: { fatal: logOnly, operational: logOnly },
  };
  const input = (name, data) => table[state][name]?.(data);

  process.on('uncaughtException', (thrown, kind) => input('fatal', describe(kind, thrown)));
  process.on('unhandledRejection', (thrown) => {
    const operational = typeof thrown === 'object' && thrown !== null && thrown.operational === true;
    input(operational ? 'operational' : 'fatal', describe('unhandledRejection', thrown));
  });
  process.on('SIGTERM', () => input('term'));

  // ---- supervisor ----

  const tell = (message) =>
    new Promise((resolve) => {
      if (process.connected) process.send(message, () => resolve());
      else resolve();
    });

  // ---- leaving ----

  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  async function leave(code, patience) {
    await pause(patience / 3); // the backlog is let in
    server.close();
    await pause(patience);
    while (owed > 0) await pause(10);
    await Promise.all(reports);
    await flushed();
    process.exit(code);
  }

  // ---- the service ----

  const plain = (kind, message) =>
    new Map([
      ['null', null],
      ['undefined', undefined],
      ['object', { code: message }],
      ['string', message],
    ]).get(kind);

  const faults = {
    throw(message) {
      throw new Error(message);
    },
    'throw-value'(message, kind) {
      throw plain(kind, message);
    },
    reject(message) {
      new Promise((_resolve, reject) => reject(new Error(message)));
    },
    'reject-value'(message, kind) {
      new Promise((_resolve, reject) => reject(plain(kind, message)));
    },
    operational(message) {
      const error = new Error(message);
      error.operational = true;
      new Promise((_resolve, reject) => reject(error));
    },
    'throw-twice'(message) {
      setTimeout(faults.throw, 50, 'a second error while the end is under way');
      throw new Error(message);
    },
  };

  const server = createServer((req, res) => {
    owed += 1;
    res.once('close', () => {
      owed -= 1;
    });
    requests.run(req.headers['x-request-id'], () => route(req, res));
  });

  function route(req, res) {
    const [path, search] = req.url.split('?');
    const query = new URLSearchParams(search);
    const leaving = state === 'ending' || state === 'stopping';
    const reply = (status, body) => {
      res.shouldKeepAlive &&= state === 'healthy' || state === 'degraded';
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
    };

    if (req.method === 'POST') {
      const name = path.match(/^\/fault\/(.+)$/)?.[1];
      if (!Object.hasOwn(faults, name ?? '')) return reply(404, { error: 'no such fault' });
      reply(202, { accepted: true });
      return setTimeout(
        faults[name],
        20,
        query.get('message') ?? 'no message',
        query.get('kind') ?? 'string',
      );
    }
    if (path === '/') return reply(200, { hello: 'world' });
    if (path === '/slow')
      return setTimeout(reply, Number(query.get('ms') ?? 0), 200, { id: query.get('id') });
    if (path === '/health') {
      if (leaving) return reply(503, { status: 'leaving' });
      return reply(200, errors > 0 ? { status: 'degraded', errors } : { status: 'healthy' });
    }
    return reply(404, { error: 'not found' });
  }

  const crash = lastCrash();
  if (crash) log('recovered', { from: { message: crash.message, kind: crash.kind, time: crash.time } });

  boxReady.then(() => {
    if (state === 'stopping' || state === 'ending') return;
    box.unref();
    server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
      const { port } = server.address();
      log('ready', { port });
      tell({ type: 'ready', port });
    });
  });
}
