import { expect, test } from 'vitest';
import { sectionWithParts } from '../../src/course/guide.ts';
import { findHeadings, nearest } from '../../src/course/near-misses.ts';

const guide = ['# T', 'intro', '## One', 'a', '### Part', 'b', '## Two', 'c', '### Last', 'd'].join('\n\n');

test('a section comes with its parts, and a part comes alone', () => {
  expect(sectionWithParts(guide, 'One')).toBe('## One\n\na\n\n### Part\n\nb');
  expect(sectionWithParts(guide, 'Part')).toBe('### Part\n\nb');
  expect(sectionWithParts(guide, 'Two')).toBe('## Two\n\nc\n\n### Last\n\nd');
});

test('headings are found by just their words, or by all words that one holds', () => {
  const headings = ['Exit code strategies', 'Exit codes', 'Cleanup coordination'];
  expect(findHeadings('exit codes', headings)).toEqual(['Exit codes']);
  expect(findHeadings('strategies EXIT', headings)).toEqual(['Exit code strategies']);
  expect(findHeadings('exit', headings)).toEqual(['Exit code strategies', 'Exit codes']);
  expect(findHeadings('', headings)).toEqual([]);
  expect(nearest('cleanup co-ordination', headings)[0]).toBe('Cleanup coordination');
});
