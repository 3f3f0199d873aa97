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

/** The headings that are meant by some words: the one of just these words, or all that hold each of them. */
export function findHeadings(typed: string, headings: readonly string[]): string[] {
  const wanted = typed.toLowerCase().trim();
  const exact = headings.filter((heading) => heading.toLowerCase() === wanted);
  if (exact.length > 0 || wanted === '') return exact;
  const words = wanted.split(/\s+/);
  return headings.filter((heading) => words.every((word) => heading.toLowerCase().includes(word)));
}

/** The ids, or headings, nearest to what was typed, at most three, best first. */
export function nearest(typed: string, ids: readonly string[]): string[] {
  const wanted = typed.toLowerCase();
  const byDistance = (id: string): number => {
    const name = id.toLowerCase();
    return Math.min(
      distance(wanted, name),
      ...name.split(/[-\s]+/).map((part) => distance(wanted, part) + 1),
    );
  };
  return [...ids].sort((a, b) => byDistance(a) - byDistance(b)).slice(0, 3);
}

const numberOf = (id: string): number => Number(/\d+/.exec(id)?.[0] ?? Number.NaN);
