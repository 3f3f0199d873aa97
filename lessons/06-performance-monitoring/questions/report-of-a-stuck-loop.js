// Started with --report-on-signal and --report-signal=SIGUSR2.
import { readdirSync } from 'node:fs';

const reports = () => readdirSync('.').filter((name) => name.startsWith('report.')).length;

process.kill(process.pid, 'SIGUSR2');
const endAtMs = performance.now() + 1_000;
while (performance.now() < endAtMs);
console.log(reports());
