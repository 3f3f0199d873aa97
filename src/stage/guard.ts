/**
 * A small process beside the tool. It does nothing until the tool is gone, however that happened: the pipe to its
 * standard input then ends, and it ends every process that the tool started and removes the tool's temporary folders.
 */
import { createInterface } from 'node:readline';
import { removeFolder } from './remove-folder.ts';
import { sweep } from './sweep.ts';

const token = process.argv[2] ?? '';
const groups = new Set<number>();
const seen = new Map<number, string>();
const folders = new Set<string>();

// A terminal's Ctrl-C and a closing session reach the guard as well; its work begins after them.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) process.on(signal, () => {});

for await (const order of createInterface({ input: process.stdin })) {
  const [word, ...rest] = order.split(' ');
  const text = rest.join(' ');
  if (word === 'group') groups.add(Number(text));
  if (word === 'forget-group') groups.delete(Number(text));
  if (word === 'seen') seen.set(Number(rest[0]), rest.slice(1).join(' '));
  if (word === 'folder') folders.add(text);
  if (word === 'forget-folder') folders.delete(text);
}

await sweep({ token, groups, folders, seen });
for (const folder of folders) await removeFolder(folder);
