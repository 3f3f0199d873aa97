import { describe, expect, test } from 'vitest';
import { type Draw, drawFrom } from '../../src/grading/draw.ts';

const asIs = (ms: number): number => ms;
const draw = (seed: number, purpose = 'answers-in-flight'): Draw => drawFrom(seed, purpose, asIs);
const someOf = ({ token, integer, pick, lasting }: Draw) => [
  token(),
  integer(1, 1_000_000),
  pick(['a', 'b', 'c', 'd', 'e']),
  lasting(1_000),
  token(),
];
const many = Array.from({ length: 2_000 }, (_, index) => index);

describe('a draw', () => {
  test('gives the same values for the same seed and purpose', () => {
    expect(someOf(draw(7))).toEqual(someOf(draw(7)));
  });

  test('gives other values for another seed, and for another purpose', () => {
    expect(someOf(draw(7))).not.toEqual(someOf(draw(8)));
    expect(someOf(draw(7, 'exit-code-a'))).not.toEqual(someOf(draw(7, 'exit-code-b')));
  });

  test('gives tokens that are safe in a URL and do not come twice', () => {
    const { token } = draw(1);
    const tokens = many.map(token);
    for (const drawn of tokens) expect(drawn).toMatch(/^[0-9a-z]{6,7}$/);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  test('gives first tokens that differ from seed to seed', () => {
    expect(new Set(many.map((seed) => draw(seed).token())).size).toBeGreaterThan(1_990);
  });

  test('gives whole numbers between both ends, which are included', () => {
    const { integer } = draw(1);
    expect(new Set(many.map(() => integer(-1, 2)))).toEqual(new Set([-1, 0, 1, 2]));
    expect(integer(5, 5)).toBe(5);
  });

  test('picks each of the choices', () => {
    const { pick } = draw(1);
    expect(new Set(many.map(() => pick(['a', 'b', 'c'])))).toEqual(new Set(['a', 'b', 'c']));
    expect(pick(['only'])).toBe('only');
  });

  test('gives spans of at least what was asked for and at most a tenth more, in whole milliseconds', () => {
    const { lasting } = draw(1);
    for (const ms of many.map(() => lasting(400))) {
      expect(ms).toBeGreaterThanOrEqual(400);
      expect(ms).toBeLessThanOrEqual(440);
      expect(Number.isInteger(ms)).toBe(true);
    }
  });

  test('stretches wide spans in a way of their own', () => {
    const { lasting, wide } = drawFrom(
      1,
      'lag',
      (ms) => ms * 3,
      (ms) => ms * 2,
    );
    expect(lasting(1_000)).toBeGreaterThanOrEqual(3_000);
    expect(wide(1_000)).toBeGreaterThanOrEqual(2_000);
    expect(wide(1_000)).toBeLessThanOrEqual(2_200);
  });

  test('stretches spans, and nothing else, with the machine', () => {
    const quiet = draw(1);
    const slow = drawFrom(1, 'answers-in-flight', (ms) => ms * 3);
    expect(slow.integer(1, 1_000)).toBe(quiet.integer(1, 1_000));
    expect(Math.abs(slow.lasting(400) - 3 * quiet.lasting(400))).toBeLessThanOrEqual(3);
  });
});
