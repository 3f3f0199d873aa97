import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stdout } from 'node:process';
import type { Surroundings } from './command.ts';

const usualPager = 'less -R';
// What a shell says of a command that it cannot find.
const notFound = 127;

/** Shows a long text to a person page by page, with $PAGER or `less`; without a terminal, or if it fits, plainly. */
export async function showPaged(text: string, { console, env }: Surroundings): Promise<void> {
  const pager = env.PAGER ?? usualPager;
  const fits = text.split('\n').length < (stdout.rows ?? 0);
  if (!console.interactive || fits || pager.trim() === '') console.out(text);
  else if (!(await readThrough(pager, text, env))) console.out(text);
}

/** Resolves to false where there is no such pager. */
async function readThrough(pager: string, text: string, env: Surroundings['env']): Promise<boolean> {
  const child = spawn(pager, {
    shell: true,
    stdio: ['pipe', 'inherit', 'inherit'],
    // Colours are shown as such and we write UTF-8, whatever the locale is.
    env: { LESS: 'R', LESSCHARSET: 'utf-8', ...env },
  });
  // A pager takes Ctrl-C as a key of its own; the tool must not go before it and leave it with the terminal.
  const stay = (): void => {};
  const end = (): void => void child.kill('SIGTERM');
  process.on('SIGINT', stay).on('SIGTERM', end).on('SIGHUP', end);
  try {
    // Whoever quits before the last page closes the pipe; that is no error.
    child.stdin.on('error', stay).end(`${text}\n`);
    const [code] = await once(child, 'close');
    return code !== notFound;
  } finally {
    process.off('SIGINT', stay).off('SIGTERM', end).off('SIGHUP', end);
  }
}
