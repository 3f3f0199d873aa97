// Started with --no-warnings: queryObjects is experimental. It collects, and counts what is left.
import { EventEmitter } from 'node:events';
import { queryObjects } from 'node:v8';

class Session {
  constructor(clock) {
    this.refresh = () => this.user;
    clock.on('tick', this.refresh);
  }
}

const clock = new EventEmitter().setMaxListeners(0);
const open = new Map();
function logIn(count) {
  for (let id = 0; id < count; id += 1) open.set(id, new Session(clock));
}

logIn(1_000);
open.clear();
await new Promise(setImmediate);
console.log(queryObjects(Session));
