import { type Command, type Surroundings, UsageError } from '../cli/command.ts';
import { type ExitCode, exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly section?: string;
  readonly raw?: boolean;
}

export const guide: Command<Options> = {
  name: 'guide',
  summary: 'Read a guide: what happens, why it matters in production, and what to do',
  positional: [{ flag: '[topic]', summary: 'its id, or a part of it: 02-graceful-shutdown, 2, graceful' }],
  options: [
    { flag: '--section <words>', summary: 'only the section with these words in its heading' },
    { flag: '--raw', summary: 'print the Markdown itself' },
  ],
  examples: [
    'proc-course guide',
    'proc-course guide 02',
    'proc-course guide 02 --section "connection draining"',
    'proc-course guide 02 --raw > graceful-shutdown.md',
  ],
  async run({ positional: [typed], options: { section, raw = false } }, around) {
    const { loadOverview } = await import('../course/overview.ts');
    const topics = (await loadOverview()).filter(({ sections }) => sections.length > 0);
    if (typed === undefined && section === undefined) return await listGuides(topics, around);
    const { idFor } = await import('./finding/by-id.ts');
    const ids = topics.map(({ id }) => id);
    const places =
      typed === undefined
        ? ids
        : [idFor(typed, ids, { kind: 'guide', next: (id) => `proc-course guide ${id}` })];
    const text = section === undefined ? await read(places[0] ?? '') : await findSection(section, places);
    if (raw) around.console.out(text.trimEnd());
    else {
      const [{ renderMarkdown }, { showPaged }] = await Promise.all([
        import('../report/markdown.ts'),
        import('../cli/pager.ts'),
      ]);
      await showPaged(renderMarkdown(text, around.console), around);
    }
    return exitCode.passed;
  },
};

interface GuideOfTopic {
  readonly id: string;
  readonly title: string;
  readonly readingMinutes: number;
  readonly sections: readonly string[];
}

async function listGuides(topics: readonly GuideOfTopic[], around: Surroundings): Promise<ExitCode> {
  const { color, width } = around.console;
  const [{ wrap }, { showPaged }] = await Promise.all([
    import('../report/columns.ts'),
    import('../cli/pager.ts'),
  ]);
  const lines = topics.flatMap(({ id, title, readingMinutes, sections }) => [
    `${color.bold(`${id.slice(0, 2)}  ${title}`)}${color.dim(`, ${readingMinutes} min`)}`,
    `    ${wrap(sections.join(' · '), Math.min(width, 96), '    ')}`,
    '',
  ]);
  const minutes = topics.reduce((sum, { readingMinutes }) => sum + readingMinutes, 0);
  lines.push(
    `${topics.length} guides, ${minutes} minutes of reading in all.`,
    `Read one:           ${color.cyan('proc-course guide 02')}`,
    `Read one section:   ${color.cyan('proc-course guide 02 --section "connection draining"')}`,
  );
  await showPaged(lines.join('\n'), around);
  return exitCode.passed;
}

async function read(topic: string): Promise<string> {
  const [{ readFile }, { guideFile }] = await Promise.all([
    import('node:fs/promises'),
    import('../course/course.ts'),
  ]);
  return await readFile(guideFile(topic), 'utf8');
}

/** The text of the one section that is meant, with its parts. */
async function findSection(words: string, topics: readonly string[]): Promise<string> {
  const [{ sectionWithParts, sectionsOf }, { findHeadings, nearest }] = await Promise.all([
    import('../course/guide.ts'),
    import('../course/near-misses.ts'),
  ]);
  const known = await Promise.all(
    topics.map(async (topic) => {
      const text = await read(topic);
      return { topic, text, headings: sectionsOf(text).map(({ heading }) => heading) };
    }),
  );
  const found = known.flatMap(({ topic, text, headings }) =>
    findHeadings(words, headings).map((heading) => ({ topic, text, heading })),
  );
  const [first, second] = found;
  if (first !== undefined && second === undefined) return sectionWithParts(first.text, first.heading);
  const topicOf = (heading: string): string =>
    known.find(({ headings }) => headings.includes(heading))?.topic ?? '';
  const near =
    found.length > 0
      ? found.slice(0, 3).map(({ heading }) => heading)
      : nearest(
          words,
          known.flatMap(({ headings }) => headings),
        );
  const place = topics.length === 1 ? `The guide ${topics[0]} has` : 'The guides have';
  throw new UsageError(
    found.length > 0
      ? `"${words}" is in ${found.length} headings, among them: ${near.map((one) => `"${one}"`).join(', ')}.`
      : `${place} no section "${words}". The nearest: ${near.map((one) => `"${one}"`).join(', ')}.`,
    `proc-course guide ${topicOf(near[0] ?? '')} --section "${near[0]}"`,
  );
}
