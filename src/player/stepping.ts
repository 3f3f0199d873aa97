import type { App } from '../stage/app.ts';
import { Tree } from '../stage/tree.ts';
import { theApp } from '../timeline/questions.ts';

/** What a scenario does to the program, rather than what it waits for, looks at, or reads. */
const acts = new Set([
  'get',
  'post',
  'request',
  'signal',
  'signalGroup',
  'send',
  'closeChannel',
  'connect',
  'keepAsking',
  'keepSignalling',
]);

/** Asked before each step; resolves when it may be taken. */
export type BeforeStep = (step: string) => Promise<void>;

/**
 * Stand-ins for apps, whose acts are taken one at a time, over all of them together, each when `beforeStep` allows it. What
 * a scenario waits for after an act begins only once the act is done, so that no limit runs while somebody reads.
 */
export function takesSteps(beforeStep: BeforeStep): (app: App) => App {
  let last: Promise<unknown> = Promise.resolve();
  const stepped = <T extends App | Tree>(object: T, whose: string): T =>
    new Proxy(object, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (value instanceof Tree) return stepped(value, whose);
        if (typeof value !== 'function') return value;
        const call = (argv: readonly unknown[]): unknown => Reflect.apply(value, target, argv);
        if (acts.has(String(name))) {
          return (...argv: unknown[]) => {
            const allowed = last.then(() => beforeStep(`${whose}${inWords(String(name), argv)}`));
            // The next act waits for this one to have been begun, not for its answer.
            last = allowed;
            const done = allowed.then(() => call(argv));
            // Where nobody waits for it, whoever waits for the next sign learns of what went wrong.
            done.catch(() => {});
            return done;
          };
        }
        if (!isAsync(value)) return (...argv: unknown[]) => call(argv);
        return (...argv: unknown[]) => last.then(() => call(argv));
      },
    });
  return (app) => stepped(app, app.name === theApp ? '' : `${app.name}: `);
}

const isAsync = (value: object): boolean => value.constructor.name === 'AsyncFunction';

/** An act as a reader would say it. */
function inWords(name: string, argv: readonly unknown[]): string {
  const [first, second] = argv;
  const named = (second ?? {}) as { as?: string; on?: string };
  const as = named.as === undefined ? '' : `, as "${named.as}"`;
  switch (name) {
    case 'get':
    case 'post':
      return `${name.toUpperCase()} ${first}${as}`;
    case 'request':
      return `${first} ${second}`;
    case 'signal':
      return `send ${first}`;
    case 'signalGroup':
      return `send ${first} to the whole group`;
    case 'send':
      return `send the message ${JSON.stringify(first)}`;
    case 'closeChannel':
      return 'close the IPC channel';
    case 'connect':
      return `open a raw connection, as "${first}"`;
    case 'keepAsking':
      return `ask ${first} again and again on the connection "${named.on}"`;
    default:
      return `send ${String(first)} again and again`;
  }
}
