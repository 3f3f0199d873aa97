// mistake: Only a shutdown that SIGTERM began has a limit.
// breaks: forces-the-exit-at-the-limit
'use strict';

const http = require('node:http');

const env = (name, fallback) => {
  const value = Number(process.env[name] ?? fallback);
  return value > 2147480000 ? 2147480000 : value;
};

// ---- observable: subscribe(observer) -> unsubscribe ----

const createSubject = () => {
  const observers = new Set();
  return {
    next: (value) => {
      for (const observer of [...observers]) observer(value);
    },
    subscribe: (observer) => {
      observers.add(observer);
      return () => observers.delete(observer);
    },
    filter(predicate) {
      return {
        subscribe: (observer) => this.subscribe((value) => predicate(value) && observer(value)),
      };
    },
  };
};

const changes = createSubject(); // { key, value, before }

const app = new Proxy(
  {
    stage: 'new',
    port: null,
    signal: null,
    phase: null,
    requests: 0,
    database: 'closed',
    fault: null,
    forced: false,
  },
  {
    set(target, key, value) {
      if (!(key in target)) throw new TypeError(`app has no ${String(key)}`);
      const before = target[key];
      target[key] = value;
      if (before !== value) changes.next({ key, value, before });
      return true;
    },
  },
);

const line = (stream, event, fields) =>
  stream.write(`${JSON.stringify({ ...fields, uptime: process.uptime(), event })}\n`);
const out = (event, fields) => line(process.stdout, event, fields);
const err = (event, fields) => line(process.stderr, event, fields);

const log = {
  stage: { starting: () => out('starting'), ready: () => out('ready', { port: app.port, warm: true }) },
  signal: (signal) => err('shutdown.start', { signal }),
  phase: (phase) => err('shutdown.phase', { phase }),
  database: { closed: () => err('db.closed') },
  fault: (message) => err('shutdown.error', { message }),
  forced: () => err('shutdown.forced', { requests: app.requests }),
};

changes.subscribe(({ key, value }) => {
  const entry = log[key];
  if (typeof entry === 'function') entry(value);
  else entry?.[value]?.();
});

changes
  .filter(({ key }) => key !== 'requests')
  .subscribe(({ key, value, before }) => process.stderr.write(`  ~ ${key}: ${before} -> ${value}\n`));

// ---- thunks: functions that take a callback(error, value) ----

const sleep = (ms) => (done) => setTimeout(done, ms);

const quiet = (done) => {
  if (app.requests === 0) return done();
  const unsubscribe = changes
    .filter(({ key, value }) => key === 'requests' && value === 0)
    .subscribe(() => {
      unsubscribe();
      done();
    });
  return unsubscribe;
};

const run = (routine, finished) => {
  const step = (error, value) => {
    let result;
    try {
      result = error ? routine.throw(error) : routine.next(value);
    } catch (failure) {
      return finished(failure);
    }
    return result.done ? finished(null, result.value) : result.value(step);
  };
  step();
};

// ---- the service ----

const routes = {
  '/': (_query, reply) => reply(200, { warm: true }),
  '/hang': () => undefined,
  '/slow': (query, reply, res) => {
    const id = query.get('id') ?? '';
    const timer = setTimeout(
      () => {
        if (app.database === 'open') reply(200, { id, rows: 1 });
        else reply(500, { id, error: 'The database is closed.' });
      },
      Number(query.get('ms') ?? 0),
    );
    res.once('close', () => clearTimeout(timer));
  },
};

const server = http.createServer({ keepAliveTimeout: 61_000 }, (req, res) => {
  app.requests += 1;
  res.once('close', () => {
    app.requests -= 1;
  });
  const [path, search = ''] = req.url.split('?');
  const reply = (status, body) => {
    if (app.signal) res.setHeader('Connection', 'close');
    res.writeHead(status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(body));
  };
  const route = Object.hasOwn(routes, path) ? routes[path] : () => reply(404, { path });
  route(new URLSearchParams(search), reply, res);
});

const closeDatabase = (done) => {
  app.database = 'closing';
  setTimeout(
    () => {
      if (process.env.DB_CLOSE_FAIL === '1')
        return done(new Error('The database did not confirm that it closed.'));
      app.database = 'closed';
      return done();
    },
    env('DB_CLOSE_MS', 50),
  );
};

// ---- start and shutdown, as generators ----

let connecting;

function* startUp() {
  app.stage = 'starting';
  yield (done) => {
    connecting = setTimeout(done, env('START_DELAY_MS', 0));
  };
  app.database = 'open';
  app.stage = 'warming';
  yield sleep(300); // caches, templates, connections ahead of time
  if (app.signal) return;
  yield (done) => server.listen(env('PORT', 3000), done);
  app.port = server.address().port;
  if (!app.signal) app.stage = 'ready';
}

function* shutDown(name, stageBefore) {
  app.signal = name;
  if (stageBefore === 'starting') return clearTimeout(connecting);

  app.phase = 'stop-accepting';
  yield sleep(25); // the backlog is let in
  if (server.listening) server.close();

  app.phase = 'drain';
  do {
    yield quiet;
    yield sleep(250); // for a connection whose first request is still on its way
  } while (app.requests > 0);
  server.closeAllConnections();

  app.phase = 'cleanup';
  yield closeDatabase;
}

const onSignal = (name) => {
  if (app.signal) return;
  const force = () => {
    app.forced = true;
    process.exit(1);
  };
  const limit = name === 'SIGTERM' ? setTimeout(force, env('SHUTDOWN_TIMEOUT_MS', 10_000) + 10) : undefined;

  run(shutDown(name, app.stage), (failure) => {
    clearTimeout(limit);
    process.exitCode = failure ? 1 : 0;
    if (failure) app.fault = failure.message;
    app.stage = 'over';
  });
};

for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, onSignal);

process.on('exit', (code) => {
  if (app.stage === 'over' && code === 0) err('shutdown.complete', { phase: app.phase });
});

run(startUp(), (failure) => {
  if (failure) throw failure;
});
