// Every decision of the shutdown in one pure function: what has happened goes in, what is to be done comes
// out. The rest of the program reports and obeys. It can be tested without a process, a clock or a socket.

import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

interface State {
  readonly stage: 'starting' | 'serving' | 'draining' | 'cleaning' | 'over';
  readonly unanswered: number;
}

type Happening =
  | { readonly what: 'connected' | 'request' | 'answered' | 'closed' | 'limit' }
  | { readonly what: 'listening'; readonly port: number | undefined }
  | { readonly what: 'signal'; readonly signal: NodeJS.Signals }
  | { readonly what: 'failed'; readonly message: string };

type PlainAct =
  | 'listen'
  | 'start-limit'
  | 'stop-listening'
  | 'announce-close'
  | 'drop-connections'
  | 'close-database';

type Deed =
  | { readonly act: PlainAct }
  | { readonly act: 'print'; readonly event: string; readonly fields?: object }
  | { readonly act: 'exit'; readonly code: number };

type Decision = readonly [State, ...Deed[]];

/** The shutdown. What is not mentioned here for a stage changes nothing in it. */
function decide(state: State, happening: Happening): Decision {
  switch (happening.what) {
    case 'connected':
      return state.stage === 'starting' ? [state, { act: 'listen' }] : [state];
    case 'listening':
      return state.stage === 'starting'
        ? [{ ...state, stage: 'serving' }, say('ready', { port: happening.port })]
        : [state, { act: 'stop-listening' }];
    case 'request':
      return [{ ...state, unanswered: state.unanswered + 1 }];
    case 'answered':
      return cleanUpWhenDrained({ ...state, unanswered: state.unanswered - 1 });
    case 'signal':
      return state.stage === 'starting' || state.stage === 'serving'
        ? beginShutdown(state, happening.signal)
        : [state];
    case 'closed':
      return end(state, say('shutdown.complete'), 0);
    case 'failed':
      return end(state, say('shutdown.error', { message: happening.message }), 1);
    case 'limit':
      return end(state, say('shutdown.forced'), 1);
  }
}

function beginShutdown(state: State, signal: NodeJS.Signals): Decision {
  const [next, ...deeds] = cleanUpWhenDrained({ ...state, stage: 'draining' });
  return [
    next,
    say('shutdown.start', { signal }),
    { act: 'start-limit' },
    say('shutdown.phase', { phase: 'stop-accepting' }),
    { act: 'stop-listening' },
    say('shutdown.phase', { phase: 'drain' }),
    { act: 'announce-close' },
    ...deeds,
  ];
}

/** When every request is answered, no connection matters any more: idle, silent or with half a request. */
function cleanUpWhenDrained(state: State): Decision {
  if (state.stage !== 'draining' || state.unanswered > 0) return [state];
  return [
    { ...state, stage: 'cleaning' },
    { act: 'drop-connections' },
    say('shutdown.phase', { phase: 'cleanup' }),
    { act: 'close-database' },
  ];
}

/** There is one end; whatever comes after it, a late answer or the limit, is too late to be heard. */
function end(state: State, lastLine: Deed, code: number): Decision {
  return state.stage === 'over' ? [state] : [{ ...state, stage: 'over' }, lastLine, { act: 'exit', code }];
}

function say(event: string, fields: object = {}): Deed {
  return { act: 'print', event, fields };
}

const settings = {
  port: Number(process.env.PORT ?? 3000),
  shutdownTimeoutMs: Number(process.env.SHUTDOWN_TIMEOUT_MS ?? 10_000),
  startDelayMs: Number(process.env.START_DELAY_MS ?? 0),
  dbCloseMs: Number(process.env.DB_CLOSE_MS ?? 50),
  dbCloseFails: process.env.DB_CLOSE_FAIL === '1',
};

function print(event: string, fields: object = {}): void {
  console.log(JSON.stringify({ event, ...fields }));
}

const database = {
  isOpen: false,

  async connect(): Promise<void> {
    await wait(settings.startDelayMs);
    database.isOpen = true;
  },

  async query(id: string): Promise<object> {
    if (!database.isOpen) throw new Error('The database is closed.');
    return { id, rows: 1 };
  },

  async close(): Promise<void> {
    database.isOpen = false;
    await wait(settings.dbCloseMs);
    if (settings.dbCloseFails) throw new Error('The database did not confirm that it closed.');
    print('db.closed');
  },
};

const answer: RequestListener = async (request, response) => {
  const [path, search] = (request.url ?? '/').split('?');
  const query = new URLSearchParams(search);

  const reply = (status: number, body: object): void => {
    response.writeHead(status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  };

  if (path === '/') return reply(200, { service: 'up' });
  if (path === '/hang') return;
  if (path !== '/slow') return reply(404, { error: 'There is no such page.' });

  const id = query.get('id') ?? '';
  await wait(Number(query.get('ms') ?? 0));
  try {
    reply(200, await database.query(id));
  } catch (error) {
    reply(500, { id, error: String(error) });
  }
};

const server = createServer();
const responses = new Set<ServerResponse>();
let closesAfterAnswer = false;
let state: State = { stage: 'starting', unanswered: 0 };

/** The only place where the state changes and where anything is done about it. */
function report(happening: Happening): void {
  const [next, ...deeds] = decide(state, happening);
  state = next;
  for (const deed of deeds) perform(deed);
}

function perform(deed: Deed): void {
  if (deed.act === 'print') print(deed.event, deed.fields);
  else if (deed.act === 'exit') exit(deed.code);
  else plainDeeds[deed.act]();
}

const plainDeeds: Record<PlainAct, () => void> = {
  listen,
  'start-limit': () => setTimeout(() => report({ what: 'limit' }), settings.shutdownTimeoutMs),
  'stop-listening': () => server.close(),
  'announce-close': announceClose,
  'drop-connections': () => server.closeAllConnections(),
  'close-database': closeDatabase,
};

function listen(): void {
  server.listen(settings.port, '127.0.0.1', () => {
    const address = server.address();
    report({ what: 'listening', port: typeof address === 'object' ? address?.port : undefined });
  });
}

function announceClose(): void {
  closesAfterAnswer = true;
  // A client that sent several requests ahead waits for several answers; only the last may announce the end.
  const lastOfEach = new Map([...responses].map((response) => [response.req.socket, response]));
  for (const response of lastOfEach.values()) sayClose(response);
}

function sayClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

function closeDatabase(): void {
  database.close().then(
    () => report({ what: 'closed' }),
    (error) => report({ what: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
}

function exit(code: number): void {
  // process.exit drops what a pipe has not taken yet. The second exit is for a reader that takes no more.
  process.stdout.write('', () => process.exit(code));
  setTimeout(() => process.exit(code), 250);
}

server.on('request', (_request, response) => {
  responses.add(response);
  if (closesAfterAnswer) sayClose(response);
  report({ what: 'request' });
  response.once('close', () => {
    responses.delete(response);
    report({ what: 'answered' });
  });
});
server.on('request', answer);

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => report({ what: 'signal', signal }));
}

print('starting');
database.connect().then(() => report({ what: 'connected' }));
