import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { processTable } from '../../stage/process-table.ts';
import type { DoctorFinding } from './examine.ts';

// Reaping is a matter of milliseconds where anybody does it at all.
const waitMs = 1_000;
const lookEveryMs = 20;

/**
 * A child that starts a grandchild, says its pid, and is gone by SIGKILL before it: an orphan for whoever adopts such. The
 * grandchild ends when it reads that its parent is gone.
 */
const parentOfAnOrphan =
  "const { pid } = require('node:child_process').spawn(process.execPath, ['-e', 'process.stdin.resume()'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }); process.stdout.write(String(pid), () => process.kill(process.pid, 'SIGKILL'));";

/**
 * Sees whether an orphan that has ended is reaped. In a container, process 1 is often a program that never does, and
 * the dead then look alive to whoever asks with signal 0.
 */
export async function whoReaps(): Promise<DoctorFinding> {
  const name = 'orphans';
  if (process.platform === 'win32') return { name, state: 'note', text: 'Windows has none' };
  const child = spawn(process.execPath, ['-e', parentOfAnOrphan], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  const pid = Number(said);
  const where = isContainer() ? 'in a container' : 'outside of a container';
  for (let waited = 0; waited < waitMs; waited += lookEveryMs) {
    if (processTable.readProcess(pid) === undefined)
      return { name, state: 'fine', text: `${where}, process 1 reaps them` };
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  const text = `${where}, process 1 did not reap one within ${waitMs} ms; the course takes zombies for dead`;
  const advice = 'Your own services are better off with an init: docker run --init.';
  return { name, state: 'note', text, advice };
}

const isContainer = (): boolean =>
  existsSync('/.dockerenv') || existsSync('/run/.containerenv') || process.env.container !== undefined;
