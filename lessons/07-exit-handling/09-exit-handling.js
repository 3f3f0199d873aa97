/**
 * A nightly export: one run writes one file, cleans up behind itself, and ends with a code that its scheduler can act on.
 * Start it with: node 09-exit-handling.js --out orders.csv
 */
import { createWriteStream, existsSync, rmSync, writeFileSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { constants } from 'node:os';
import { finished } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { out } = parseArgs({ options: { out: { type: 'string', default: 'orders.csv' } } }).values;
const { env } = process;
const settings = {
  rows: Number(env.ROWS ?? 5),
  rowMs: Number(env.ROW_MS ?? 400),
  // What the source does: serves, is-down, sends-rubbish, goes-silent, throws-later, calls-exit.
  source: env.SOURCE ?? 'serves',
  // What closing the source does: works, fails, hangs.
  closing: env.CLOSING ?? 'works',
  cleanupMs: Number(env.CLEANUP_MS ?? 3_000),
  heartbeatMs: Number(env.HEARTBEAT_MS ?? 60_000),
};

/** What the scheduler reads; no other code is set on purpose. Those above 1 are taken from sysexits.h. */
const codes = {
  done: 0,
  fault: 1, // what Node itself says for an error that nobody caught: ours to mend
  badData: 65, // the input will be as bad in an hour: wake somebody
  notFinished: 70, // the process ended before the export did
  tryAgain: 75, // nothing is wrong here: run it again later
  badSettings: 78, // no run can succeed until somebody changes them
};
const stoppedBy = (signal) => 128 + constants.signals[signal];

/** A failure that was foreseen, with the code that stands for it. */
class Failure extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const unfinished = `${out}.unfinished`;
const marker = `${out}.running`;
const stop = new AbortController();
// Undefined until the export has come to an end of its own, whichever way the process goes.
let verdict;

const say = (event, fields = {}, written) =>
  process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`, written);

/** What was opened last is released first, because it may need what was opened before it. */
class Cleanup {
  #steps = [];
  #done;

  defer(step, release) {
    this.#steps.push({ step, release });
  }

  /** With `await using`, from Node 24 on, a block calls this by itself. Whoever asks again gets the same promise. */
  [Symbol.asyncDispose]() {
    this.#done ??= this.#run();
    return this.#done;
  }

  async #run() {
    const limit = setTimeout(giveUp, settings.cleanupMs);
    for (const { step, release } of this.#steps.toReversed()) {
      try {
        await release();
        say('released', { step });
      } catch (error) {
        // The others are still owed, and an earlier and better reason keeps its code.
        if (verdict === codes.done) verdict = codes.fault;
        say('release.failed', { step, message: error.message });
      }
    }
    clearTimeout(limit);
  }
}

function giveUp() {
  const leave = () => process.exit(codes.fault);
  // `process.exit` drops what is still on its way into a pipe, so the line goes first, unless nobody reads it.
  say('gave-up', { after: settings.cleanupMs }, leave);
  setTimeout(leave, 200);
}

const source = {
  async *read() {
    if (settings.source === 'is-down') throw new Failure('the source refuses connections', codes.tryAgain);
    for (let row = 1; row <= settings.rows; row += 1) {
      await delay(settings.rowMs, undefined, { signal: stop.signal });
      if (row === 2) await this.misbehave();
      yield `order-${row},${row * 10}`;
    }
  },
  async misbehave() {
    if (settings.source === 'sends-rubbish') throw new Failure('row 2 has no amount', codes.badData);
    // A promise is no work: nothing in the event loop would ever settle this one, and nothing holds the process.
    if (settings.source === 'goes-silent') await new Promise(() => {});
    if (settings.source === 'throws-later') setTimeout(() => JSON.parse('{'), 0);
    // Stands for a library that takes the decision away from the program.
    if (settings.source === 'calls-exit') process.exit(0);
  },
  async close() {
    if (settings.closing === 'fails') throw new Error('the source would not say goodbye');
    if (settings.closing === 'hangs') await new Promise((resolve) => setTimeout(resolve, 2 ** 30));
  },
};

async function exportOrders(cleanup) {
  if (!Number.isInteger(settings.rows)) throw new Failure(`ROWS=${env.ROWS} is no number`, codes.badSettings);
  markRun();
  cleanup.defer('marker', () => rm(marker));
  cleanup.defer('source', () => source.close());
  const file = createWriteStream(unfinished);
  cleanup.defer('file', () => {
    file.destroy();
    return rm(unfinished, { force: true });
  });
  say('started', { rows: settings.rows });
  for await (const row of source.read()) {
    file.write(`${row}\n`);
    say('row', { row });
  }
  await finished(file.end());
  // A reader sees the whole file or none: the name is given when the last byte is there.
  await rename(unfinished, out);
  say('published', { out });
}

/** The marker goes with a clean end only. One that is still there tells of a run that could not clean up. */
function markRun() {
  if (existsSync(marker)) say('last-run.unclean', { unfinished: existsSync(unfinished) });
  writeFileSync(marker, String(process.pid));
}

async function main(cleanup) {
  try {
    await exportOrders(cleanup);
    verdict = codes.done;
  } catch (error) {
    if (stop.signal.aborted) verdict = stoppedBy(stop.signal.reason);
    else if (error instanceof Failure) verdict = error.code;
    // Not foreseen: nobody may act as if it were.
    else throw error;
    say('failed', { code: verdict, message: error.message });
  } finally {
    await cleanup[Symbol.asyncDispose]();
  }
  // No process.exit: the loop is empty now, and all output is written.
  process.exitCode = verdict;
}

const cleanup = new Cleanup();
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => stop.abort(signal));
// A heartbeat must not keep a finished run alive.
setInterval(() => say('heartbeat'), settings.heartbeatMs).unref();

// The loop has nothing left. Asynchronous work may still be begun here, and then the loop goes on.
process.on('beforeExit', () => {
  say('loop.empty', { verdict });
  if (verdict !== undefined) return;
  verdict = codes.notFinished;
  process.exitCode = verdict;
  cleanup[Symbol.asyncDispose]();
});

// Comes for every end but a death by signal. Only what is done synchronously is done.
process.on('exit', () => rmSync(unfinished, { force: true }));

// Registered last, so it runs last, and has the last word on the code: 0 is for an export that is done.
process.on('exit', (code) => {
  if (code === 0 && verdict !== codes.done) process.exitCode = codes.notFinished;
  say('exit', { code, becomes: process.exitCode });
});

main(cleanup);
