/** The source of all values in a scenario that a program could otherwise have written down beforehand. */
export interface Draw {
  /** A word that no program can know, safe in a URL. */
  token(): string;
  /** A whole number between both ends, which are included. */
  integer(from: number, to: number): number;
  pick<T>(choices: readonly T[]): T;
  /**
   * A span of about `ms` for what must still be under way while the grader looks: longer on a slow machine, and
   * longer each time the scenario is played again because it was over too soon.
   */
  lasting(ms: number): number;
  /** A span of about `ms` that has to hold what is done within it: stretched in the same way, but never by a "soon". */
  wide(ms: number): number;
}

/** Draws that `seed` and `purpose` alone decide, so that a run can be replayed. */
export function drawFrom(
  seed: number,
  purpose: string,
  lasting: (ms: number) => number,
  wide: (ms: number) => number = lasting,
): Draw {
  const next = randomFrom(hash(`${seed}:${purpose}`));
  const integer = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    token: () => integer(0x1000_0000, 0xffff_ffff).toString(36),
    integer,
    pick: <T>(choices: readonly T[]) => choices[integer(0, choices.length - 1)] as T,
    lasting: (ms) => Math.round(lasting(ms * (1 + next() / 10))),
    wide: (ms) => Math.round(wide(ms * (1 + next() / 10))),
  };
}

/** FNV-1a, 32 bits: spreads texts that differ in one letter. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ letter.charCodeAt(0), 0x01000193);
  return value >>> 0;
}

/** mulberry32: small, even enough, and the same on every platform. Numbers from 0 up to 1. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
