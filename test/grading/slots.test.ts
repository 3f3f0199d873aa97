import { expect, test } from 'vitest';
import { Slots } from '../../src/grading/slots.ts';

/** Lets everything run that is ready to. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function asking(slots: Slots, names: string) {
  const held = new Map<string, () => void>();
  for (const name of names) void slots.take().then((leave) => held.set(name, leave));
  return held;
}

test('as many places as there are can be held at once', async () => {
  const held = asking(new Slots(2), 'abc');
  await settle();
  expect([...held.keys()]).toEqual(['a', 'b']);
});

test('a place that is given back goes to whoever asked first', async () => {
  const held = asking(new Slots(1), 'abc');
  await settle();
  held.get('a')?.();
  await settle();
  expect([...held.keys()]).toEqual(['a', 'b']);
  held.get('b')?.();
  await settle();
  expect([...held.keys()]).toEqual(['a', 'b', 'c']);
});

test('a place that is given back twice is one place', async () => {
  const slots = new Slots(1);
  const held = asking(slots, 'abc');
  await settle();
  held.get('a')?.();
  held.get('a')?.();
  await settle();
  expect([...held.keys()]).toEqual(['a', 'b']);
});

test('places that nobody waits for are free again', async () => {
  const slots = new Slots(1);
  (await slots.take())();
  const held = asking(slots, 'ab');
  await settle();
  expect([...held.keys()]).toEqual(['a']);
});
