// mistake: The way out is a step from healthy to down; a degraded service has no such step, logs the exception and lives on.
// breaks: exits-with-1, stops-cleanly
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { randomUUID } = require('node:crypto');
const { AsyncLocalStorage } = require('node:async_hooks');

const CRASH_DIR = process.env.CRASH_DIR || './crashes';
const LIMIT = parseInt(process.env.SHUTDOWN_TIMEOUT_MS || '5000', 10);
const DEGRADED = parseInt(process.env.DEGRADED_MS || '5000', 10);

const als = new AsyncLocalStorage();
let state = 'up';
let degradedSince = null;
let lastOperational = 0;
let operationalCount = 0;

function log(event, fields) {
  process.stderr.write(
    `${JSON.stringify(Object.assign({ level: 'info', event }, fields, { at: Date.now() }))}\n`,
  );
}

function mask(s) {
  return String(s).replace(/(password|token)=\S+/g, '$1=<masked>');
}

function messageOf(e) {
  if (e === null) return 'null';
  if (e === undefined) return 'undefined';
  if (e?.message) return mask(e.message);
  if (typeof e === 'object') {
    try {
      return mask(JSON.stringify(e));
    } catch (_) {
      return 'an object that cannot be shown';
    }
  }
  return mask(e);
}

function errorFields(kind, e) {
  return {
    kind,
    message: messageOf(e),
    stack: e?.stack ? mask(e.stack) : null,
    context: {
      hostname: require('node:os').hostname(),
      pid: process.pid,
      uptimeSeconds: Math.floor(process.uptime()),
      rssMB: Math.round(process.memoryUsage().rss / 1024 / 1024),
      requestId: als.getStore() || null,
    },
  };
}

function send(message, callback) {
  if (typeof process.send !== 'function') {
    callback();
    return;
  }
  process.send(message, () => {
    callback();
  });
}

function report(fields, callback) {
  fs.mkdir(CRASH_DIR, { recursive: true }, (err) => {
    if (err) return callback(err);
    const body = JSON.stringify(Object.assign({ time: new Date().toString() }, fields));
    const tmp = path.join(CRASH_DIR, `.${randomUUID()}.tmp`);
    fs.writeFile(tmp, body, (err) => {
      if (err) return callback(err);
      fs.rename(tmp, path.join(CRASH_DIR, `${randomUUID()}.json`), callback);
    });
  });
}

function goDown(code, fields) {
  if (state !== 'up' || degradedSince !== null) return;
  state = 'down';
  setTimeout(
    () => {
      process.exit(1);
    },
    LIMIT - Math.min(100, LIMIT / 10),
  );

  let open = 1;
  function done() {
    open -= 1;
    if (open === 0) process.exit(code);
  }

  open += 1;
  server.close(done);
  server.closeIdleConnections();
  if (fields) {
    open += 2;
    report(fields, (err) => {
      if (err) console.error(`report failed: ${err.code}`);
      done();
    });
    send({ type: 'restart-request', reason: `${fields.kind}: ${fields.message}` }, done);
  }
  done();
}

process.on('uncaughtException', (e) => {
  const fields = errorFields('uncaughtException', e);
  log('error', fields);
  goDown(1, fields);
});

process.on('unhandledRejection', (e) => {
  const fields = errorFields('unhandledRejection', e);
  log('error', fields);
  if (!(e && e.operational === true)) {
    goDown(1, fields);
    return;
  }
  lastOperational = Date.now();
  operationalCount += 1;
  if (degradedSince === null) {
    degradedSince = lastOperational;
    log('degraded', { since: degradedSince });
    waitForQuiet(DEGRADED);
  }
});

function waitForQuiet(ms) {
  setTimeout(() => {
    const quiet = Date.now() - lastOperational;
    if (quiet < DEGRADED) return waitForQuiet(DEGRADED - quiet);
    log('recovered-service', { afterMs: Date.now() - degradedSince });
    degradedSince = null;
    operationalCount = 0;
  }, ms).unref();
}

process.once('SIGTERM', () => {
  goDown(0, null);
});

function nothing(kind, message) {
  return { null: null, undefined: undefined, object: { code: message } }[kind];
}

const faults = {
  throw(m) {
    throw new Error(m);
  },
  'throw-value'(m, kind) {
    throw kind === 'string' ? m : nothing(kind, m);
  },
  reject(m) {
    Promise.reject(new Error(m));
  },
  'reject-value'(m, kind) {
    Promise.reject(kind === 'string' ? m : nothing(kind, m));
  },
  operational(m) {
    const e = new Error(m);
    e.operational = true;
    Promise.reject(e);
  },
  'throw-twice'(m) {
    setTimeout(() => {
      throw new Error('and one more');
    }, 60);
    throw new Error(m);
  },
};

function reply(res, status, body) {
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  if (state === 'down') res.setHeader('Connection', 'close');
  res.end(JSON.stringify(body));
}

const server = http.createServer((req, res) => {
  als.run(req.headers['x-request-id'], () => {
    const url = new URL(req.url, 'http://x');
    const q = url.searchParams;
    const m = /^\/fault\/(.+)$/.exec(url.pathname);
    if (req.method === 'POST' && m && faults[m[1]]) {
      reply(res, 202, {});
      setTimeout(faults[m[1]], 15, q.get('message'), q.get('kind'));
    } else if (url.pathname === '/') {
      reply(res, 200, 'hello');
    } else if (url.pathname === '/slow') {
      setTimeout(reply, Number(q.get('ms')), res, 200, { id: q.get('id') });
    } else if (url.pathname === '/health') {
      if (degradedSince === null) reply(res, 200, { status: 'healthy' });
      else reply(res, 200, { status: 'degraded', errors: operationalCount });
    } else {
      reply(res, 404, {});
    }
  });
});

// The newest report by its own time; told reports move into a folder beside the new ones.
function lastCrash(callback) {
  fs.readdir(CRASH_DIR, (err, names) => {
    if (err) return callback(null);
    const reports = [];
    names
      .filter((n) => n.endsWith('.json'))
      .forEach((n) => {
        try {
          reports.push({ name: n, body: JSON.parse(fs.readFileSync(path.join(CRASH_DIR, n), 'utf8')) });
        } catch (_) {
          // Not one of ours, or damaged.
        }
      });
    reports.sort((a, b) => new Date(b.body.time) - new Date(a.body.time));
    if (reports.length === 0) return callback(null);
    fs.mkdir(path.join(CRASH_DIR, 'told'), { recursive: true }, () => {
      let left = reports.length;
      reports.forEach((r) => {
        fs.rename(path.join(CRASH_DIR, r.name), path.join(CRASH_DIR, 'told', r.name), () => {
          left -= 1;
          if (left === 0) callback(reports[0].body);
        });
      });
    });
  });
}

lastCrash((crash) => {
  if (crash) log('recovered', { from: { message: crash.message, time: crash.time } });
  server.listen(Number(process.env.PORT || 3000), '127.0.0.1', () => {
    log('ready', { port: server.address().port });
    send({ type: 'ready', port: server.address().port }, () => {});
  });
});
