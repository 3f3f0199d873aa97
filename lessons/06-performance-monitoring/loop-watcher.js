/**
 * A thread that says when the loop of the main thread stands still, and in which function.
 * It is given the counter that the main thread's beat increases, and how long it may stand still.
 */
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { workerData } from 'node:worker_threads';

const { beats, stuckMs } = workerData;
let [seen, sinceMs, said] = [-1, performance.now(), false];

// It also keeps the thread alive: one that ends right behind its session may take the process with it.
setInterval(() => {
  const beat = Atomics.load(beats, 0);
  if (beat !== seen) [seen, sinceMs, said] = [beat, performance.now(), false];
  const stuckForMs = Math.round(performance.now() - sinceMs);
  if (said || stuckForMs < stuckMs) return;
  said = true;
  askWhere(stuckForMs);
}, 20);

/** Stops the main thread for a moment, reads its stack, and lets it go on. */
async function askWhere(stuckForMs) {
  const session = new Session();
  session.connectToMainThread();
  const ownScripts = new Set();
  session.on('Debugger.scriptParsed', ({ params: { url, scriptId } }) => {
    if (url.startsWith('file:')) ownScripts.add(scriptId);
  });
  await session.post('Debugger.enable');
  const paused = once(session, 'Debugger.paused');
  await session.post('Debugger.pause');
  const [{ params }] = await paused;
  // What was paused goes on when its debugger leaves.
  session.disconnect();
  const own = params.callFrames.find(({ location }) => ownScripts.has(location.scriptId));
  const where = own && { function: own.functionName, line: own.location.lineNumber + 1 };
  // A thread's own stdout goes through the main thread, which is stuck; a write to the descriptor does not.
  writeSync(1, `${JSON.stringify({ event: 'loop.stuck', stuckForMs, ...where })}\n`);
}
