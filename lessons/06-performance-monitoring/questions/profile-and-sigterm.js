import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';

const program = "console.log('up'); setInterval(() => {}, 60_000)";
const flags = ['--cpu-prof', '--cpu-prof-dir=profiles'];
const child = spawn(process.execPath, [...flags, '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
await once(child.stdout, 'data');
child.kill('SIGTERM');
await once(child, 'exit');

console.log(`profiles: ${existsSync('profiles') ? readdirSync('profiles').length : 0}`);
