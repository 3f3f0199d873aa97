import { expect, test } from 'vitest';
import { openTerminal } from './terminal.ts';

test('a program in the terminal is seen, is typed to, learns of a new size, and ends', async () => {
  const program = `
    process.stdout.write('columns ' + process.stdout.columns + '\\n');
    process.stdout.on('resize', () => console.log('now ' + process.stdout.columns));
    process.stdin.once('data', (data) => { console.log('typed ' + data.toString().trim()); process.exit(7); });`;
  await using terminal = openTerminal([process.execPath, '-e', program], { cwd: '/', columns: 60 });
  await terminal.shows('columns 60');
  terminal.resize(100, 30);
  await terminal.shows('now 100');
  terminal.type('word\r');
  await terminal.shows('typed word');
  expect((await terminal.ended).code).toBe(7);
});
