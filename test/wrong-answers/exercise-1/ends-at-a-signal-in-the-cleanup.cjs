// mistake: A second signal is ignored in the drain, and ends the program at once while the database closes.
// breaks: repeated-signals
'use strict';

const cluster = require('node:cluster');
const http = require('node:http');
const { once } = require('node:events');
const { setTimeout: wait } = require('node:timers/promises');

const WORKERS = 2;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

const ms = (name, fallback) => Math.min(Number(process.env[name] ?? fallback), 2 ** 31 - 1000);

if (cluster.isPrimary) runPrimary();
else runWorker();

// ---------------------------------------------------------------- primary

function runPrimary() {
  let sealed = false; // after the last line nothing more is printed
  let stage = 'connecting'; // 'booting', 'serving'
  let firstSignal;

  const print = (event, fields = {}) => {
    if (!sealed) console.log(JSON.stringify({ event, role: 'primary', ...fields }));
  };

  for (const name of SIGNALS) {
    process.on(name, () => {
      if (stage === 'cleanup') process.exit(0);
      if (firstSignal) return;
      firstSignal = name;
      shutDown();
    });
  }

  let databaseIsOpen = false;
  const database = {
    async connect() {
      await wait(ms('START_DELAY_MS', 0));
      databaseIsOpen = true;
    },
    query(id) {
      return databaseIsOpen ? { row: { id, rows: 1 } } : { failure: 'The database is closed.' };
    },
    async close() {
      databaseIsOpen = false;
      await wait(ms('DB_CLOSE_MS', 50));
      if (process.env.DB_CLOSE_FAIL === '1') throw new Error('The database did not confirm that it closed.');
      print('db.closed');
    },
  };

  const team = () => Object.values(cluster.workers);

  const goodbye = (worker) => (worker.isDead() ? undefined : once(worker, 'exit'));

  function tell(worker, message) {
    if (worker.isConnected()) worker.send(message, () => {}); // one that has just died gets nothing, and needs nothing
  }

  cluster.on('message', (worker, { query, id }) => {
    if (query !== undefined) tell(worker, { reply: query, ...database.query(id) });
  });

  cluster.on('exit', (worker, code, signal) => {
    console.error(`worker ${worker.id} has gone (${signal ?? code})`);
    if (firstSignal) return;
    if (stage === 'serving') cluster.fork();
    else killTeam().then(() => process.exit(1)); // it cannot even start: the port is taken, perhaps
  });

  async function start() {
    print('starting');
    await database.connect();
    if (firstSignal) return;
    stage = 'booting';
    let port;
    let listening = 0;
    cluster.on('listening', (_worker, address) => {
      port = address.port;
      listening += 1;
      if (listening !== WORKERS || firstSignal) return;
      stage = 'serving';
      print('ready', { port, workers: WORKERS });
    });
    for (let i = 0; i < WORKERS; i += 1) cluster.fork();
  }

  async function killTeam() {
    const ends = team().map(goodbye);
    for (const worker of team()) worker.process.kill('SIGKILL');
    await Promise.race([Promise.all(ends), wait(500)]);
  }

  async function shutDown() {
    const limit = ms('SHUTDOWN_TIMEOUT_MS', 10_000);
    setTimeout(async () => {
      print('shutdown.forced', { limit });
      sealed = true;
      await killTeam();
      process.exit(1);
    }, limit + 10);

    print('shutdown.start', { signal: firstSignal });

    if (stage !== 'serving') {
      await killTeam(); // nobody has been served yet
      print('shutdown.complete');
      process.exit(0);
    }

    print('shutdown.phase', { phase: 'stop-accepting' });
    const ends = team().map(goodbye);
    for (const worker of team()) tell(worker, { stop: true });

    print('shutdown.phase', { phase: 'drain' });
    await Promise.all(ends);

    if (sealed) return; // it was the limit that ended them
    print('shutdown.phase', { phase: 'cleanup' });
    stage = 'cleanup';
    try {
      await database.close();
    } catch (error) {
      print('shutdown.error', { message: error.message });
      process.exit(1);
    }
    print('shutdown.complete');
    process.exit(0);
  }

  start();
}

// ---------------------------------------------------------------- worker

function runWorker() {
  // A Ctrl-C reaches the whole process group. Only the primary decides.
  for (const name of SIGNALS) process.on(name, () => {});

  let stopping = false;
  let inFlight = 0;
  let queries = 0;
  const waiting = new Map();

  const ask = (id) =>
    new Promise((resolve) => {
      queries += 1;
      waiting.set(queries, resolve);
      process.send({ query: queries, id });
    });

  const server = http.createServer(async (req, res) => {
    inFlight += 1;
    res.on('close', () => {
      inFlight -= 1;
    });
    const reply = (status, body) => {
      const headers = { 'Content-Type': 'application/json' };
      if (stopping) headers.Connection = 'close';
      res.writeHead(status, headers).end(JSON.stringify(body));
    };

    const [path, search] = req.url.split('?');
    if (path === '/') return reply(200, { worker: cluster.worker.id });
    if (path === '/hang') return undefined;
    if (path !== '/slow') return reply(404, { error: 'not here' });

    const query = new URLSearchParams(search);
    const id = query.get('id') ?? '';
    await wait(Number(query.get('ms') ?? 0));
    const { row, failure } = await ask(id);
    return row ? reply(200, row) : reply(500, { id, error: failure });
  });

  process.on('message', (message) => {
    if (message.stop) return leave();
    waiting.get(message.reply)?.(message);
    waiting.delete(message.reply);
  });

  async function leave() {
    stopping = true;
    await wait(40); // a connection that the primary has just dealt out may still be on its way to here
    server.close();
    do {
      while (inFlight > 0) await wait(20);
      await wait(200);
    } while (inFlight > 0);
    process.exit(0); // closes what is left: connections on which nothing was asked
  }

  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
}
