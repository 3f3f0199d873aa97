// style: workers are `node -e CODE` with an IPC channel of advanced serialization; a spare worker is kept warm and enlisted after the wait; async loop per slot
const { spawn } = require('node:child_process');
const { once, EventEmitter } = require('node:events');
const { setTimeout: sleep } = require('node:timers/promises');
async function performTask(task) {
  const { setTimeout: nap } = require('node:timers/promises');
  switch (task.kind) {
    case 'echo':
      return task.value;
    case 'sum':
      return task.numbers.reduce((a, b) => a + b, 0);
    case 'sleep':
      await nap(task.ms);
      return task.value;
    case 'fail':
      throw new Error(task.message);
    case 'crash':
      return process.exit(1);
    case 'hang':
      return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    default:
      throw new Error('unknown task');
  }
}
const CODE = `${performTask}
for (const s of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(s, () => {});
process.on('disconnect', () => process.exit(0));
process.on('message', async (task) => { let r; try { r = { ok: true, value: await performTask(task) }; } catch (e) { r = { ok: false, error: e.message }; } process.send(r); });
process.send('up');`;
const n = (k, d) => Number(process.env[k] ?? d),
  C = {
    W: n('WORKERS', 2),
    A: n('JOB_ATTEMPTS', 2),
    B: n('BACKOFF_MS', 100),
    M: n('MAX_RESTARTS', 5),
    L: n('SHUTDOWN_TIMEOUT_MS', 5000),
  };
const tell = (m) => process.connected && process.send(m, () => {});
const bell = new EventEmitter();
bell.setMaxListeners(0);
const queue = [];
const roster = new Set();
let row = 0,
  restarts = 0,
  mode = 'run',
  all = new Set(),
  spare = null;
const no = (j, error) => tell({ type: 'result', id: j.id, ok: false, error });
function make() {
  const p = spawn(process.execPath, ['-e', CODE], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const w = { p, pid: p.pid, dead: false, up: false, job: null, completed: 0, listed: false };
  all.add(w);
  p.on('error', () => {});
  p.on('message', (m) => {
    if (m === 'up') {
      w.up = true;
      bell.emit('up');
    } else w.answer?.(m);
  });
  let out = null,
    cut = false;
  const both = () => {
    if (out && cut && !w.dead) {
      w.dead = true;
      all.delete(w);
      w.ended = out;
      if (w === spare) {
        spare = null;
        if (mode === 'run') spare = make();
      }
      w.answer?.(null);
      bell.emit('dead', w);
    }
  };
  p.on('exit', (c, s) => {
    out = [c, s];
    if (!p.connected) cut = true;
    both();
  });
  p.on('disconnect', () => {
    cut = true;
    both();
  });
  return w;
}
function enlist() {
  const w = spare ?? make();
  spare = null;
  w.listed = true;
  roster.add(w);
  tell({ type: 'worker-start', pid: w.pid });
  if (mode === 'run') spare = make();
  serve(w);
  return w;
}
async function serve(w) {
  while (!w.up && !w.dead) await once(bell, w.up ? 'x' : 'tick');
  while (!w.dead) {
    if (w.retire || (mode === 'stop' && !queue.length)) break;
    if (!queue.length) {
      await once(bell, 'tick');
      continue;
    }
    const job = queue.shift();
    w.job = job;
    const r = await new Promise((k) => {
      w.answer = k;
      w.p.send(job.task, (e) => {
        if (e) console.error('not sent', e.code);
      });
    });
    w.answer = null;
    w.job = null;
    if (r) {
      w.completed++;
      row = 0;
      tell(
        r.ok
          ? { type: 'result', id: job.id, ok: true, value: r.value, worker: w.pid }
          : { type: 'result', id: job.id, ok: false, error: r.error, worker: w.pid },
      );
    } else {
      job.tries = (job.tries ?? 0) + 1;
      w.lost = job;
    }
  }
  if (!w.dead) {
    w.leaving = true;
    if (w.p.connected) w.p.disconnect();
    while (!w.dead) await once(bell, 'tick');
  }
  roster.delete(w);
  tell({ type: 'worker-exit', pid: w.pid, code: w.ended[0], signal: w.ended[1] });
  if (mode === 'end') return;
  const j = w.lost;
  if (w.leaving) {
    bell.emit('left');
    if (w.retire && mode === 'run') enlist();
    return check();
  }
  if (mode === 'stop') {
    if (j) no(j, 'worker lost');
    if (!roster.size) for (const q of queue.splice(0)) no(q, 'no worker');
    return check();
  }
  row++;
  if (row > C.M) {
    if (j) no(j, 'gave up');
    return finish(1);
  }
  if (j) {
    if (j.tries >= C.A) no(j, 'tried ' + j.tries + ' times');
    else {
      queue.unshift(j);
      tick();
    }
  }
  await sleep(C.B * 2 ** (row - 1));
  if (mode === 'run') {
    restarts++;
    enlist();
  }
}
const tick = () => bell.emit('tick');
bell.on('up', tick);
bell.on('dead', tick);
bell.on('up', () => {
  if (!bell.ready && [...roster].filter((w) => w.up).length === C.W) {
    bell.ready = 1;
    tell({ type: 'ready', workers: [...roster].map((w) => w.pid) });
  }
});
function finish(code) {
  if (mode === 'end') return;
  mode = 'end';
  for (const w of roster) if (w.job) no(w.job, 'the end');
  for (const q of queue.splice(0)) no(q, 'the end');
  for (const w of all) w.p.kill('SIGKILL');
  setTimeout(() => process.exit(code), 300);
  if (process.connected) process.send({ type: 'end' }, () => process.exit(code));
  else process.exit(code);
}
const check = () => {
  if (mode === 'stop' && !roster.size) finish(0);
};
function stop() {
  if (mode !== 'run') return;
  mode = 'stop';
  spare?.p.kill('SIGKILL');
  for (const q of queue.splice(0)) no(q, 'shutting down');
  setTimeout(finish, C.L, 1);
  tick();
  check();
}
let rolling = false;
process.on('SIGHUP', async () => {
  if (rolling || mode !== 'run') return;
  rolling = true;
  for (const w of [...roster]) {
    if (mode !== 'run') break;
    if (w.dead) continue;
    w.retire = true;
    tick();
    while (roster.has(w)) await once(bell, 'left');
  }
  rolling = false;
});
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);
process.on('message', (m) => {
  if (!m || typeof m !== 'object') return;
  if (m.type === 'status')
    tell({
      type: 'status',
      workers: [...roster]
        .filter((w) => !w.dead)
        .map((w) => ({ pid: w.pid, busy: Boolean(w.job), completed: w.completed })),
      queued: queue.length,
      restarts,
    });
  else if (m.type === 'job' && typeof m.id === 'string' && m.task && typeof m.task === 'object') {
    if (mode !== 'run') no(m, 'shutting down');
    else {
      queue.push(m);
      tick();
    }
  } else if (m.type === 'job') tell({ type: 'error', error: 'malformed job' });
});
spare = make();
for (let i = 0; i < C.W; i++) enlist();
