// Starts shells as fast as it can, each with a sleep of its own, and never looks up from it.
import { spawnSync } from 'node:child_process';

const mostForTheMachine = 200;
console.log(JSON.stringify({ event: 'starting' }));
for (let count = 0; count < mostForTheMachine; count += 1) {
  spawnSync('sh', ['-c', 'sh -c "sleep 60; true" >/dev/null 2>&1 &'], { stdio: 'ignore' });
}
while (performance.now() < 60_000);
