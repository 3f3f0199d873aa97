import { distance } from 'fastest-levenshtein';

/** Finds an id by what a user typed: the whole id, its number, or a part that only one id holds. */
export function findById(typed: string, ids: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  if (ids.includes(wanted)) return wanted;
  const byNumber = ids.filter((id) => Number.isInteger(Number(wanted)) && numberOf(id) === Number(wanted));
  if (byNumber.length === 1) return byNumber[0];
  const byPart = ids.filter((id) => id.includes(wanted));
  return wanted !== '' && byPart.length === 1 ? byPart[0] : undefined;
}

/** The ids nearest to what was typed, at most three, best first. */
export function nearest(typed: string, ids: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  const byDistance = (id: string): number =>
    Math.min(distance(wanted, id), ...id.split('-').map((part) => distance(wanted, part) + 1));
  return [...ids].sort((a, b) => byDistance(a) - byDistance(b)).slice(0, 3);
}

const numberOf = (id: string): number => Number(/\d+/.exec(id)?.[0] ?? Number.NaN);
