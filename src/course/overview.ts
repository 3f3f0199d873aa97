import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What a topic holds, without what its scenes and questions do. */
export interface Topic {
  readonly id: string;
  readonly title: string;
  readonly points: readonly string[];
  readonly readingMinutes: number;
  /** The headings of its guide; none where there is no guide. */
  readonly sections: readonly string[];
  readonly examples: readonly {
    readonly id: string;
    readonly title: string;
    readonly scenes: readonly string[];
  }[];
  readonly pitfalls: readonly Titled[];
  readonly questions: readonly { readonly id: string; readonly prompt: string }[];
  readonly exercises: readonly TopicExercise[];
}

export interface TopicExercise extends Titled {
  readonly difficulty: string;
  /** Ids of the checks that are counted beyond passing. */
  readonly stretch: readonly string[];
}

export interface Titled {
  readonly id: string;
  readonly title: string;
}

/** The overview that the build has written beside the code, which spares loading every lesson; made anew from source. */
export async function loadOverview(): Promise<Topic[]> {
  if (import.meta.url.endsWith('.ts'))
    return await (await import('./overview-of-lessons.ts')).overviewCourse();
  return JSON.parse(readFileSync(fileURLToPath(new URL('./overview.json', import.meta.url)), 'utf8'));
}
