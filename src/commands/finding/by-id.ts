import { UsageError } from '../../cli/command.ts';
import { findById, nearest } from '../../course/near-misses.ts';

/** The id that was meant, or a UsageError with the nearest ones and the command to type instead. */
export function idFor(
  typed: string,
  ids: readonly string[],
  { kind, next }: { kind: string; next: (id: string) => string },
): string {
  const id = findById(typed, ids);
  if (id !== undefined) return id;
  const near = nearest(typed, ids);
  throw new UsageError(
    near.length === 0
      ? `There is no ${kind} "${typed}".`
      : `There is no ${kind} "${typed}". The nearest: ${near.join(', ')}.`,
    next(near[0] ?? ''),
  );
}
