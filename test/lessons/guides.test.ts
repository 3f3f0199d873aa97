import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { guideFile } from '../../src/course/course.ts';
import { type CodeBlock, codeBlocksOf, sectionsOf } from '../../src/course/guide.ts';
import { guideText, lessons, nodeMajor } from './course.ts';
import { placeOf, runBlock } from './run-code-block.ts';

const mayTakeMs = 60_000;
const programs = new Set(['js', 'cjs', 'sh']);

// Prose is read at some 200 words a minute; code and the trying out of it halve that.
const wordsPerMinute = { atLeast: 80, atMost: 180 };

/** A block that is started, with the blocks after it that say what it prints. */
interface Shown {
  readonly block: CodeBlock;
  readonly prints?: CodeBlock;
  readonly complains?: CodeBlock;
}

function shownIn(guide: string): Shown[] {
  const blocks = codeBlocksOf(guide);
  return blocks.flatMap((block, index) => {
    if (!block.words.includes('run')) return [];
    const follow = blocks.slice(index + 1, index + 3);
    const prints = follow[0]?.words.includes('prints') ? follow[0] : undefined;
    const complains = follow.slice(0, prints ? 2 : 1).find(({ words }) => words.includes('complains'));
    return [{ block, ...(prints && { prints }), ...(complains && { complains }) }];
  });
}

/** Lines are the same where they are equal but for what `…` stands for: any text within one line, or, alone, any lines. */
function matches(expected: string, seen: string): boolean {
  const pattern = expected
    .split('\n')
    .map((line) =>
      line.trim() === '…' ? '(?:.*\\n)*?' : `${line.trimEnd().split('…').map(literally).join('.*')}\\n`,
    )
    .join('');
  return new RegExp(`^${pattern}$`).test(`${seen.trimEnd()}\n`);
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

describe.each(lessons)('the guide of $id', ({ id, lesson }) => {
  const guide = existsSync(guideFile(id)) ? guideText(id) : '';
  const shown = shownIn(guide);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'guide-'));
    // Blocks with a file's name are there for the sessions that start them.
    for (const block of codeBlocksOf(guide)) {
      if (block.settings.file !== undefined)
        writeFileSync(join(folder, block.settings.file), `${block.code}\n`);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('begins with its title, and has a section for every point of its topic', () => {
    expect(guide.split('\n', 1)[0]).toBe(`# ${lesson.title}`);
    const headings = sectionsOf(guide).map(({ heading }) => heading);
    expect(headings).toEqual(expect.arrayContaining([...lesson.points]));
    expect(new Set(headings).size).toBe(headings.length);
  });

  it('takes about as long to read as its lesson says', () => {
    const pace = guide.split(/\s+/).length / lesson.readingMinutes;
    expect(pace).toBeGreaterThan(wordsPerMinute.atLeast);
    expect(pace).toBeLessThan(wordsPerMinute.atMost);
  });

  it('marks every program as one that runs or as a fragment', () => {
    const unmarked = codeBlocksOf(guide).filter(
      ({ language, words, settings }) =>
        programs.has(language) &&
        !words.includes('run') &&
        !words.includes('fragment') &&
        settings.file === undefined,
    );
    expect(unmarked.map(({ line }) => `line ${line}`)).toEqual([]);
  });

  it.concurrent.each(
    shown.map((each) => [`${each.block.language} on line ${each.block.line}`, each] as const),
  )(
    'its code, %s, does what the text says',
    async (_title, { block, prints, complains }) => {
      const { settings } = block;
      if (nodeMajor < Number(settings.since ?? 0)) return;
      const own = settings.file === undefined ? mkdtempSync(join(folder, 'block-')) : folder;
      if (settings.file === undefined && block.language !== 'sh') {
        writeFileSync(join(own, placeOf(block).file), `${block.code}\n`);
      } else if (block.language === 'sh') {
        writeFileSync(join(folder, `line-${block.line}.sh`), `${block.code}\n`);
      }
      const ran =
        block.language === 'sh'
          ? await runBlock({ ...block, settings: { ...settings, file: `line-${block.line}.sh` } }, folder)
          : await runBlock(block, own);
      const all = JSON.stringify(ran, null, 1);
      expect(ran.ended, all).toBe(settings.ends ?? '0');
      if (prints !== undefined)
        expect(matches(prints.code, ran.stdout), `${prints.code}\n--- was to be printed, not\n${all}`).toBe(
          true,
        );
      if (complains !== undefined)
        expect(
          matches(complains.code, ran.stderr),
          `${complains.code}\n--- was to be on stderr, not\n${all}`,
        ).toBe(true);
    },
    mayTakeMs,
  );
});
