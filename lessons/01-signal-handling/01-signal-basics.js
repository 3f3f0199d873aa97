/**
 * A worker that takes one job after another, and that signals can stop, reload and ask.
 * Start it with: node 01-signal-basics.js --name worker-7
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { name } = parseArgs({ options: { name: { type: 'string', default: 'worker' } } }).values;
const { env, pid, platform } = process;
const settings = {
  startMs: Number(env.START_MS ?? 0),
  jobMs: Number(env.JOB_MS ?? 1_500),
  blockMs: Number(env.BLOCK_MS ?? 0),
  jobFails: env.JOB_FAILS === '1',
  lockFile: env.LOCK_FILE ?? 'worker.lock',
  statusSignal: env.STATUS_SIGNAL ?? 'SIGUSR2',
};
const onWindows = platform === 'win32';

const say = (event, fields = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

// What everything below asks: an AbortSignal that aborts at the first signal to stop, and only once.
const stop = new AbortController();
let finished = 0;
let reloads = 0;

/** The first signal decides. Those that follow are noted, and neither start the stop anew nor cut it short. */
function requestStop(signal) {
  if (stop.signal.aborted) return say('stop.again', { signal });
  say('stop.requested', { signal });
  stop.abort(signal);
}

/** A listener only notes what is wanted. It runs between two turns of the loop, so it has to be quick. */
function listen() {
  // On Windows no other process can send a signal that is listened for: the console sends these two, and a closing
  // console sends SIGHUP, after which Windows ends the process whatever it does.
  const stopSignals = onWindows ? ['SIGINT', 'SIGBREAK', 'SIGHUP'] : ['SIGTERM', 'SIGINT'];
  // `on`, not `once`: a listener that is gone after its first call gives the second signal its default action, death.
  for (const signal of stopSignals) process.on(signal, requestStop);

  // A daemon has no terminal that could close, so elsewhere than on Windows SIGHUP is free to mean "read it again".
  if (!onWindows) process.on('SIGHUP', () => say('reloaded', { reloads: ++reloads }));

  // Never SIGUSR1: Node itself opens its debugger on that one.
  if (settings.statusSignal && !onWindows) listenForStatus(settings.statusSignal);
  say('listening', { signals: process.eventNames().filter((event) => String(event).startsWith('SIG')) });
}

function listenForStatus(signal) {
  try {
    process.on(signal, () => say('status', { finished, stopping: stop.signal.aborted }));
  } catch (error) {
    // SIGKILL and SIGSTOP belong to the kernel, which refuses (EINVAL) to hand them over.
    say('signal.refused', { signal, code: error.code });
    throw new Error(`STATUS_SIGNAL=${signal} cannot be listened for`, { cause: error });
  }
}

/** One worker a folder. The file outlives a process that is killed, so it is believed only while its owner lives. */
function takeLock() {
  try {
    writeFileSync(settings.lockFile, String(pid), { flag: 'wx' });
    say('lock.taken');
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const owner = Number(readFileSync(settings.lockFile, 'utf8'));
    if (isAlive(owner)) throw new Error(`another worker, pid ${owner}, holds ${settings.lockFile}`);
    writeFileSync(settings.lockFile, String(pid));
    say('lock.taken-over', { from: owner });
  }
  // 'exit' comes for a natural end, for process.exit and for a fault, but never for a death by signal. Only what is
  // done synchronously is done.
  process.on('exit', () => {
    rmSync(settings.lockFile, { force: true });
    say('lock.released');
  });
}

function isAlive(owner) {
  // In a container every start may have the same pid, and the owner in the file may then be ourselves.
  if (!Number.isInteger(owner) || owner < 2 || owner === pid) return false;
  try {
    // Signal 0 is never delivered; sending it only asks whether the process could be signalled.
    process.kill(owner, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** A wait that the stop cuts short, for what may be dropped. */
const unlessStopped = (ms) => delay(ms, undefined, { signal: stop.signal }).catch(() => {});

async function work(job) {
  say('job.start', { job });
  if (settings.blockMs > 0) block(settings.blockMs);
  // Not cut short by the stop: a job that has begun is ended.
  await delay(settings.jobMs);
  if (settings.jobFails) throw new Error(`job ${job} failed`);
  finished = job;
  say('job.done', { job });
}

/** Stands for work that holds the loop, such as parsing a large file: meanwhile no listener runs. */
function block(ms) {
  const end = performance.now() + ms;
  while (performance.now() < end);
  say('block.over', { ms });
}

async function main() {
  say('starting', { name, pid });
  // Before anything that takes time: a deploy may be rolled back while it is still starting.
  listen();
  await unlessStopped(settings.startMs);
  if (!stop.signal.aborted) {
    takeLock();
    say('ready', { platform });
  }
  for (let job = 1; !stop.signal.aborted; job += 1) {
    await work(job);
    await unlessStopped(settings.jobMs / 4);
  }
  // No process.exit: listeners for signals hold nobody, so the process ends here, and all of its output arrives.
  say('stopped', { finished, signal: stop.signal.reason });
}

await main();
