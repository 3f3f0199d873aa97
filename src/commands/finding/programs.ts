import { findById } from '../../course/near-misses.ts';
import { idFor } from './by-id.ts';
import { loadCatalogue } from './catalogue.ts';

export interface ShownProgram {
  readonly title: string;
  readonly file: string;
}

/** The programs behind an id: one of an example or a question, two of a pitfall. Examples are meant before others. */
export async function findPrograms(typed: string): Promise<ShownProgram[]> {
  const { examples, pitfalls, questions } = await loadCatalogue();
  const known = new Map<string, ShownProgram[]>([
    ...examples.map(({ example, file }) =>
      entry(example.id, { title: `${example.id}: ${example.title}`, file }),
    ),
    ...pitfalls.map(({ pitfall, files }) =>
      entry(
        pitfall.id,
        { title: `${pitfall.id}, wrong: ${pitfall.title}`, file: files.wrong },
        { title: `${pitfall.id}, right`, file: files.right },
      ),
    ),
    ...questions.map(({ question, file }) =>
      entry(question.id, { title: `${question.id}: ${question.prompt}`, file }),
    ),
  ]);
  const kinds = [
    examples.map(({ example }) => example.id),
    pitfalls.map(({ pitfall }) => pitfall.id),
    questions.map(({ question }) => question.id),
  ];
  const all = [...known.keys()];
  const whole = all.find((id) => id === typed.toLowerCase());
  const id =
    whole ??
    kinds.map((ids) => findById(typed, ids)).find((found) => found !== undefined) ??
    idFor(typed, all, { kind: 'program', next: (near) => `proc-course show ${near}` });
  return known.get(id) ?? [];
}

const entry = (id: string, ...programs: ShownProgram[]): [string, ShownProgram[]] => [id, programs];
