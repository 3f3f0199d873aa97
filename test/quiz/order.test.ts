import { expect, test } from 'vitest';
import { inOrderOfAsking, type Standing } from '../../src/quiz/order.ts';

test('what is open is asked first, new or wrong alike in course order, and what is known last', () => {
  const standings: Record<string, Standing> = { a: 'right', b: 'wrong', c: 'new', d: 'right', e: 'new' };
  expect(inOrderOfAsking(Object.keys(standings), (id) => standings[id] ?? 'new')).toEqual([
    'b',
    'c',
    'e',
    'a',
    'd',
  ]);
});
