// mistake: Answers that are given during the shutdown are a notice that the service goes down, with status 200 and without what was asked for.
// breaks: answers-in-flight
const { writeSync } = require('node:fs');
const { createServer } = require('node:http');
const { setTimeout: pause } = require('node:timers/promises');

const config = Object.freeze({
  port: +(process.env.PORT ?? 3000),
  limit: +(process.env.SHUTDOWN_TIMEOUT_MS ?? 10e3),
  connectMs: +(process.env.START_DELAY_MS ?? 0),
  closeMs: +(process.env.DB_CLOSE_MS ?? 50),
  closeFails: process.env.DB_CLOSE_FAIL === '1',
});

const write = (event, fields) => writeSync(1, `${JSON.stringify({ event, ...fields })}\n`);

write('starting');

let status = 'starting';
let databaseIsOpen = false;

const server = createServer(function onRequest(request, response) {
  const url = new URL(`http://localhost${request.url}`);
  const respond = (code, data) => {
    if (status === 'stopping') response.setHeader('Connection', 'close');
    response.statusCode = code;
    response.end(JSON.stringify(status === 'stopping' ? { notice: 'the service is going down' } : data));
  };
  if (url.pathname === '/slow') {
    pause(Number(url.searchParams.get('ms'))).then(() =>
      databaseIsOpen
        ? respond(200, { id: url.searchParams.get('id'), waited: url.searchParams.get('ms') })
        : respond(500, { error: 'no database' }),
    );
  } else if (url.pathname !== '/hang') {
    respond(200, { status });
  }
});

const closeDatabase = async () => {
  await pause(config.closeMs);
  if (config.closeFails) throw Object.assign(new Error('database close failed'), { code: 'EDBCLOSE' });
  databaseIsOpen = false;
  write('db.closed');
};

const stopListening = () => {
  const closed = new Promise((resolve) => server.close(resolve));
  // Not awaited here: waiting for the connections is the next phase.
  return { closed };
};

const phases = [
  ['stop-accepting', (state) => Object.assign(state, stopListening())],
  ['drain', (state) => state.closed],
  ['cleanup', closeDatabase],
];

async function goThroughPhases() {
  const state = {};
  for (const [phase, step] of phases) {
    write('shutdown.phase', { phase });
    await step(state);
  }
}

['SIGTERM', 'SIGINT', 'SIGHUP'].forEach((signal) => {
  process.addListener(signal, () => {
    if (status === 'stopping') return;
    status = 'stopping';
    write('shutdown.start', { signal });
    setTimeout(() => {
      write('shutdown.forced', {});
      process.exit(1);
    }, config.limit);
    goThroughPhases().then(
      () => {
        write('shutdown.complete');
        process.exit(0);
      },
      (error) => {
        write('shutdown.error', { message: error.message, code: error.code });
        process.exit(1);
      },
    );
  });
});

pause(config.connectMs).then(() => {
  if (status === 'stopping') return;
  databaseIsOpen = true;
  server.listen(config.port, '127.0.0.1', () => {
    if (status === 'stopping') return;
    status = 'up';
    write('ready', { port: server.address().port });
  });
});
