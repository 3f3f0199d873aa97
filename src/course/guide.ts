/** A code block of a guide: what its fence says, and what stands in it. */
export interface CodeBlock {
  /** The first word after the fence: `js`, `cjs`, `sh`, `text`, ... */
  readonly language: string;
  /** The words after the language, such as `run`, `fragment` or `prints`. */
  readonly words: readonly string[];
  /** The words of the form `name=value`, such as `ends=SIGTERM`. */
  readonly settings: Readonly<Record<string, string>>;
  readonly code: string;
  /** The line of the guide on which the code begins, from 1. */
  readonly line: number;
}

export interface GuideSection {
  readonly heading: string;
  /** 2 for a section, 3 for a part of one. */
  readonly level: number;
  readonly text: string;
}

/** A guide's sections in order, each from its heading to the next; headings inside code are none. */
export function sectionsOf(guide: string): GuideSection[] {
  const sections: { heading: string; level: number; lines: string[] }[] = [];
  let inCode = false;
  for (const line of guide.split('\n')) {
    if (line.startsWith('```')) inCode = !inCode;
    const [, marks = '', heading = ''] = inCode ? [] : (/^(#{2,3}) (.*)$/.exec(line) ?? []);
    if (heading !== '') sections.push({ heading, level: marks.length, lines: [line] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ lines, ...section }) => ({ ...section, text: lines.join('\n').trim() }));
}

/** The text of a section with the parts that belong to it. */
export function sectionWithParts(guide: string, heading: string): string {
  const sections = sectionsOf(guide);
  const at = sections.findIndex((section) => section.heading === heading);
  const level = sections[at]?.level ?? 0;
  const next = sections.findIndex((section, index) => index > at && section.level <= level);
  return sections
    .slice(at, next === -1 ? undefined : next)
    .map(({ text }) => text)
    .join('\n\n');
}

/** All code blocks of a guide, in order. */
export function codeBlocksOf(guide: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = guide.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^```(\S+)?(.*)$/.exec(lines[at] ?? '');
    if (fence === null) continue;
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`The code that begins on line ${at + 1} never ends.`);
    const words = (fence[2] ?? '').trim().split(/\s+/).filter(Boolean);
    blocks.push({
      language: fence[1] ?? '',
      words: words.filter((word) => !word.includes('=')),
      settings: Object.fromEntries(
        words.filter((word) => word.includes('=')).map((word) => splitAtFirst(word, '=')),
      ),
      code: lines.slice(at + 1, end).join('\n'),
      line: at + 2,
    });
    at = end;
  }
  return blocks;
}

const splitAtFirst = (text: string, separator: string): [string, string] => {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + separator.length)];
};
