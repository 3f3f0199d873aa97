import { Session } from 'node:inspector/promises';
import { setTimeout as delay } from 'node:timers/promises';

function compute() {
  const begun = process.cpuUsage();
  while (process.cpuUsage(begun).user < 100_000); // 100 ms of work
}
async function askTheDatabase() {
  await delay(1_000);
}

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.start');
await delay(20);
compute();
await askTheDatabase();
const { nodes, samples } = (await session.post('Profiler.stop')).profile;

const nodeOf = new Map(nodes.map((node) => [node.id, node.callFrame.functionName]));
const callerOf = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
const isIn = (name, id) => id !== undefined && (nodeOf.get(id) === name || isIn(name, callerOf.get(id)));
const count = (name) => samples.filter((id) => isIn(name, id)).length;
console.log(count('compute') > count('askTheDatabase') ? 'compute' : 'askTheDatabase');
