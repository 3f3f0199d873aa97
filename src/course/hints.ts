import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { courseRoot } from './course.ts';

/** One hint of an exercise, with the checks that it helps with. Hints go from vague to concrete. */
export interface Hint {
  readonly number: number;
  readonly title: string;
  readonly checks: readonly string[];
  readonly text: string;
}

/** An exercise's hints in order, from `exercises/ID.hints.md`. */
export const loadHints = (exercise: string): Hint[] =>
  parseHints(readFileSync(join(courseRoot, 'exercises', `${exercise}.hints.md`), 'utf8'));

/** Each hint is a section `## N. Title` that begins with a line `For: check, check`. */
export function parseHints(text: string): Hint[] {
  return text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = '', ...lines] = section.split('\n');
      const [, number = '0', title = heading] = /^(\d+)\. (.*)$/.exec(heading) ?? [];
      const at = lines.findIndex((line) => line.startsWith('For: '));
      const checks = (lines[at] ?? '').slice('For: '.length).split(',');
      return {
        number: Number(number),
        title,
        checks: checks.map((id) => id.trim()).filter(Boolean),
        text: lines
          .slice(at + 1)
          .join('\n')
          .trim(),
      };
    });
}

/** The hints that help with any of these checks. */
export const hintsFor = (hints: readonly Hint[], open: readonly string[]): Hint[] =>
  hints.filter(({ checks }) => checks.some((id) => open.includes(id)));
