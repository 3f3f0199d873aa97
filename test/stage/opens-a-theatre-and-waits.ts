/** Opens a theatre, starts the programs that are named, tells who they are, and then does nothing until it is ended. */
import { openTheatre } from '../../src/stage/stage.ts';

const theatre = await openTheatre();
const stage = await theatre.openStage();
for (const file of process.argv.slice(2)) {
  const app = stage.start({ app: file, file, settings: {}, afterExit: 'watch' });
  await app.sees('first line', {
    text: 'it printed nothing',
    match: (event) => (event.kind === 'line' && event.app === file ? event : undefined),
  });
}
const lines = stage.log.events.flatMap((event) => (event.kind === 'line' ? [event.text] : []));
const pids = stage.log.events.flatMap((event) => (event.kind === 'started' ? [event.pid] : []));
console.log(JSON.stringify({ folder: theatre.folder, pids, lines }));
setInterval(() => {}, 60_000);
