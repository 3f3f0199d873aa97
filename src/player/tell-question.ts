import { basename } from 'node:path';
import type { Question } from '../grading/question.ts';
import { wrap } from '../report/columns.ts';
import { escapeControls } from '../report/escape.ts';
import { listSource } from '../report/source-code.ts';
import { columnsOf, type Voice } from './tell.ts';

export interface QuestionPlace {
  readonly topic: string;
  readonly topicTitle: string;
  readonly file: string;
  readonly source: string;
}

/** The program, how it is started, and what is to be predicted of it. */
export function tellProgram(
  { id, prompt, choices, nodeFlags = [], predicts }: Question,
  { topic, topicTitle, file, source }: QuestionPlace,
  voice: Voice,
): void {
  const { color } = voice;
  const width = columnsOf(voice);
  voice.out();
  voice.out(color.bold(`── ${id}, ${topic.slice(0, 2)} ${topicTitle} `.padEnd(width, '─')));
  voice.out();
  for (const line of listSource(source, { color, width })) voice.out(line);
  voice.out(color.dim(`$ ${['node', ...nodeFlags, basename(file)].join(' ')}`));
  voice.out();
  voice.out(`${color.yellow('?')}  ${color.bold(wrap(prompt, width, '   '))}`);
  const what = choices === undefined ? predicts.what : `one of: ${choices.map(inOneLine).join(' | ')}`;
  voice.out(`   ${color.dim(wrap(`Predict ${what}.`, width, '   '))}`);
}

export interface Verdict {
  readonly typed: string;
  readonly answer: string;
  readonly right: boolean;
  readonly note?: string;
}

/** Right or not, why, and where to read on. */
export function tellVerdict(
  { because, differs, section }: Question,
  { typed, answer, right, note }: Verdict,
  { topic }: { topic: string },
  voice: Voice,
): void {
  const { color } = voice;
  const say = (mark: string, words: string): void =>
    voice.out(`${mark}  ${wrap(escapeControls(words), columnsOf(voice), '   ')}`);
  voice.out();
  if (right) say(color.green('✔'), `Right. The process answered: ${inOneLine(answer)}`);
  else
    say(
      color.red('✘'),
      `Not so. You predicted: ${inOneLine(typed)}. The process answered: ${inOneLine(answer)}`,
    );
  if (note !== undefined) say(' ', note);
  say(color.green('!'), because);
  if (differs !== undefined) say(' ', `Node versions differ here: ${differs}`);
  // Not broken into lines, so that it can be pasted.
  voice.out(`   Read on: ${color.cyan(`proc-course guide ${topic.slice(0, 2)} --section "${section}"`)}`);
}

/** Lines of an answer in one, with what parts them to be seen. */
export const inOneLine = (text: string): string => text.split('\n').join(' ⏎ ');
