// mistake: Ctrl-C is thought to be a matter of development alone, and ends the process without any shutdown.
// breaks: stops-on-sigint, answers-in-flight, repeated-signals, limit-is-not-moved, forces-the-exit-at-the-limit
'use strict';

const http = require('node:http');

const port = Number(process.env.PORT || 3000);
const limitMs = Number(process.env.SHUTDOWN_TIMEOUT_MS || 10000);
const startDelayMs = Number(process.env.START_DELAY_MS || 0);
const dbCloseMs = Number(process.env.DB_CLOSE_MS || 50);

function say(event, fields) {
  process.stdout.write(`${JSON.stringify(Object.assign({ event }, fields))}\n`);
}

const database = {
  open: false,
  connect(done) {
    setTimeout(() => {
      database.open = true;
      done(null);
    }, startDelayMs);
  },
  query(done) {
    setImmediate(() => done(database.open ? null : new Error('the database is closed'), [{ n: 1 }]));
  },
  close(done) {
    setTimeout(() => {
      if (process.env.DB_CLOSE_FAIL === '1') return done(new Error('the database refuses to close'));
      database.open = false;
      say('db.closed');
      done(null);
    }, dbCloseMs);
  },
};

let goingDown = false;

function reply(res, status, body) {
  const text = JSON.stringify(body);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  if (goingDown) headers.Connection = 'close';
  res.writeHead(status, headers);
  res.end(text);
}

const server = http.createServer((req, res) => {
  const query = new URLSearchParams(req.url.split('?')[1]);
  const path = req.url.split('?')[0];
  if (path === '/') return reply(res, 200, { hello: 'world' });
  if (path === '/hang') return;
  if (path !== '/slow') return reply(res, 404, { error: 'not found' });
  setTimeout(
    () => {
      database.query((error, rows) => {
        if (error) return reply(res, 500, { error: error.message });
        reply(res, 200, { id: query.get('id'), rows });
      });
    },
    Number(query.get('ms')),
  );
});

function series(steps, done) {
  const [first, ...rest] = steps;
  if (!first) return done(null);
  first((error) => (error ? done(error) : series(rest, done)));
}

function phase(name, step) {
  return (next) => {
    say('shutdown.phase', { phase: name });
    step(next);
  };
}

function shutDown(signal) {
  if (goingDown) return;
  goingDown = true;
  say('shutdown.start', { signal });
  const limit = setTimeout(() => {
    say('shutdown.forced', { afterMs: limitMs });
    process.exit(1);
  }, limitMs);

  let drained = false;
  let whenDrained = () => {};
  const steps = [
    phase('stop-accepting', (next) => {
      // While the database still connects there is no listener, and close says so with an error.
      server.close(() => {
        drained = true;
        whenDrained();
      });
      next(null);
    }),
    phase('drain', (next) => {
      if (drained) return next(null);
      whenDrained = next;
    }),
    phase('cleanup', (next) => database.close(next)),
  ];
  series(steps, (error) => {
    clearTimeout(limit);
    if (error) {
      say('shutdown.error', { message: error.message });
      process.exit(1);
    }
    say('shutdown.complete');
    process.exit(0);
  });
}

for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, shutDown);
process.on('SIGINT', () => process.exit(0));

say('starting');
database.connect((error) => {
  if (goingDown) return;
  if (error) throw error;
  server.listen(port, '127.0.0.1', () => say('ready', { port: server.address().port }));
});
