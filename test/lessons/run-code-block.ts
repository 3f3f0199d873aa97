import { type ChildProcess, spawn } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import type { CodeBlock } from '../../src/course/guide.ts';

export interface RanBlock {
  readonly stdout: string;
  readonly stderr: string;
  /** The exit code, or the signal that killed it. */
  readonly ended: string;
}

const longestMs = 30_000;
const places: Record<string, (block: CodeBlock) => { file: string; argv: string[] }> = {
  js: ({ settings }) => ({
    file: settings.file ?? 'program.mjs',
    argv: [process.execPath, ...flags(settings.flags), settings.file ?? 'program.mjs'],
  }),
  cjs: ({ settings }) => ({
    file: settings.file ?? 'program.cjs',
    argv: [process.execPath, ...flags(settings.flags), settings.file ?? 'program.cjs'],
  }),
  sh: ({ settings }) => ({
    file: settings.file ?? 'session.sh',
    argv: ['bash', settings.file ?? 'session.sh'],
  }),
};

const flags = (text: string | undefined): string[] => (text === undefined ? [] : text.split(','));

/** The file that a block's code is written to, and the words that start it. */
export function placeOf(block: CodeBlock): { file: string; argv: string[] } {
  const place = places[block.language];
  if (place === undefined) throw new Error(`Code in "${block.language}" cannot be run (line ${block.line}).`);
  return place(block);
}

/**
 * Starts what a block holds in `folder`. `signal=SIGTERM@ready` sends the signal once a line with that word was
 * printed; several, parted by commas, are sent in turn. The whole group is ended afterwards.
 */
export async function runBlock(block: CodeBlock, folder: string): Promise<RanBlock> {
  const [command = '', ...argv] = placeOf(block).argv;
  const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
  const child = spawn(command, argv, { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  const signals = (block.settings.signal ?? '')
    .split(',')
    .filter(Boolean)
    .map((text) => text.split('@'));
  let read = 0;
  const sendNext = (): void => {
    const [signal = '', word = ''] = signals[0] ?? [];
    const at = signal === '' ? -1 : output.stdout.indexOf(word, read);
    // Only a whole line is a sign: the rest of it may still be on its way.
    if (at === -1 || !output.stdout.includes('\n', at)) return;
    read = at + word.length;
    signals.shift();
    child.kill(signal as NodeJS.Signals);
    sendNext();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      output[stream] += text;
      sendNext();
    });
  }
  const timer = setTimeout(() => endGroup(child), longestMs);
  try {
    const ended = await new Promise<string>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve(String(signal ?? code)));
    });
    return { ...output, ended };
  } finally {
    clearTimeout(timer);
    endGroup(child);
  }
}

function endGroup({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in the group.
  }
}
