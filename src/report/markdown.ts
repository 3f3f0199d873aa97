import { lexer, type Token, type Tokens } from 'marked';
import type { Paint } from './drawing-row.ts';
import { captionOf } from './fence-caption.ts';
import type { Page } from './human.ts';
import { drawTable } from './markdown-table.ts';
import { breakCode, paintCode } from './source-code.ts';
import { layOut, type Span } from './styled-text.ts';

// Longer lines of prose are hard to read, however wide the terminal is.
const widest = 96;
const codeIndent = '    ';

/** Markdown as text for a terminal, no line wider than the page; without colour it is plain text. */
export function renderMarkdown(markdown: string, { color, width }: Page): string {
  const page = { color, width: Math.min(width, widest) };
  return blocks(lexer(markdown), page).join('\n');
}

function blocks(tokens: readonly Token[], page: Page): string[] {
  const parts = tokens.map((token) => block(token, page)).filter((lines) => lines.length > 0);
  return parts.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
}

function block(token: Token, page: Page): string[] {
  const { color, width } = page;
  const prose = (tokens: readonly Token[] | undefined): string[] =>
    layOut(inline(tokens ?? [], page), width).map(({ text }) => text);
  switch (token.type) {
    case 'heading':
      return heading(token as Tokens.Heading, page);
    case 'paragraph':
      return prose(token.tokens);
    case 'text':
      return prose(token.tokens ?? [token]);
    case 'code':
      return codeBlock(token as Tokens.Code, page);
    case 'list':
      return list(token as Tokens.List, page);
    case 'blockquote':
      return within(token.tokens ?? [], { first: color.dim('│ '), next: color.dim('│ '), columns: 2 }, page);
    case 'table': {
      const { header, rows } = token as Tokens.Table;
      const spans = (cells: readonly Tokens.TableCell[]): Span[][] =>
        cells.map(({ tokens }) => inline(tokens, page));
      return drawTable(spans(header), rows.map(spans), page);
    }
    case 'hr':
      return [color.dim('─'.repeat(width))];
    default:
      return [];
  }
}

function heading({ depth, tokens }: Tokens.Heading, page: Page): string[] {
  const { color, width } = page;
  const paint = depth <= 2 ? color.bold.cyan : color.bold;
  const lines = layOut(inline(tokens, page, paint), width);
  const longest = Math.max(...lines.map(({ columns }) => columns));
  const stroke = { 1: '═', 2: '─' }[depth];
  const rule = stroke === undefined ? [] : [color.dim(stroke.repeat(longest))];
  // A section is seen from afar by the line that is free above it.
  return [...(depth === 2 ? [''] : []), ...lines.map(({ text }) => text), ...rule];
}

function codeBlock({ text, lang = '' }: Tokens.Code, { color, width }: Page): string[] {
  const caption = captionOf(lang);
  const language = lang.split(/\s/, 1)[0] ?? '';
  return [
    ...(caption === ''
      ? []
      : layOut([{ text: `── ${caption}`, paint: color.dim }], width - codeIndent.length).map(
          (line) => line.text,
        )),
    ...paintCode(text, language, color).flatMap((line) => breakCode(line, width - codeIndent.length, color)),
  ].map((line) => (line === '' ? '' : codeIndent + line));
}

function list({ ordered, start, items, loose }: Tokens.List, page: Page): string[] {
  const parts = items.map((item, index) => {
    const mark = ordered ? `${Number(start) + index}. ` : '- ';
    const place = { first: page.color.dim(mark), next: ' '.repeat(mark.length), columns: mark.length };
    return within(item.tokens, place, page, loose);
  });
  return parts.flatMap((lines, index) => (loose && index > 0 ? ['', ...lines] : lines));
}

/** Blocks inside another one: each line begins with what marks the block. */
function within(
  tokens: readonly Token[],
  { first, next, columns }: { first: string; next: string; columns: number },
  page: Page,
  loose = true,
): string[] {
  const inner = { ...page, width: page.width - columns };
  const parts = tokens.map((token) => block(token, inner)).filter((lines) => lines.length > 0);
  const lines = loose ? parts.flatMap((part, index) => (index === 0 ? part : ['', ...part])) : parts.flat();
  return lines.map((line, index) => `${index === 0 ? first : next}${line}`.trimEnd());
}

function inline(tokens: readonly Token[], page: Page, outer?: Paint): Span[] {
  const { color } = page;
  const span = (text: string, paint = outer): Span => (paint === undefined ? { text } : { text, paint });
  return tokens.flatMap((token): Span[] => {
    switch (token.type) {
      case 'strong':
        return inline(token.tokens ?? [], page, outer ?? color.bold);
      case 'em':
        return inline(token.tokens ?? [], page, outer ?? color.italic);
      case 'codespan':
        // Without colour the marks are what tells code from words.
        return [span(color.level > 0 ? token.text : `\`${token.text}\``, outer ?? color.yellow)];
      case 'link':
        return link(token as Tokens.Link, page, outer);
      case 'br':
        return [span('\n')];
      case 'html':
      case 'image':
        return [];
      default:
        return 'tokens' in token && token.tokens !== undefined
          ? inline(token.tokens, page, outer)
          : [span(decoded('text' in token ? token.text : token.raw).replaceAll('\n', ' '))];
    }
  });
}

/** A link to the web shows where it leads; one within the course leads nowhere in a terminal. */
function link({ href, text, tokens }: Tokens.Link, page: Page, outer?: Paint): Span[] {
  const words = inline(tokens, page, outer);
  if (!/^https?:/.test(href)) return words;
  const { color } = page;
  return text === href
    ? [{ text: href, paint: color.underline }]
    : [...words, { text: ' ' }, { text: `(${href})`, paint: color.dim }];
}

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&nbsp;': ' ',
};
const decoded = (text: string): string => text.replace(/&\w+;/g, (entity) => entities[entity] ?? entity);
