import { fork } from 'node:child_process';

if (process.send === undefined) {
  const child = fork(import.meta.filename);
  let got = 'nothing';
  child.on('message', (pages) => {
    got = `${pages.length} pages`;
  });
  child.on('close', (code) => console.log(`code ${code}, ${got}`));
} else {
  const pages = Array.from({ length: 1_000 }, () => 'x'.repeat(5_000));
  process.send(pages);
  process.exit(0);
}
