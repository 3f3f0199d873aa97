// Leaves a daemon behind by a double fork with a cleared environment, in its own session, and ends at once.
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';

// The argument only names the run, for whoever looks for leftovers.
const daemon = '(env -i setsid sh -c "sleep 60; true" "$0" >/dev/null 2>&1 &)';

console.log(JSON.stringify({ event: 'starting' }));
spawnSync('sh', ['-c', daemon, tmpdir()]);
