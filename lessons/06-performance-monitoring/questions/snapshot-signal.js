// Started with --heapsnapshot-signal=SIGUSR2. Nothing here listens for a signal.
const say = (event) => process.stdout.write(`${JSON.stringify({ event })}\n`);

let turns = 0;
setInterval(() => {
  turns += 1;
  if (turns % 10 === 0) say('turn');
}, 10);
say('up');
