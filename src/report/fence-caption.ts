/** What a fence says, in a few words for a reader: `js run ends=SIGTERM` is "a program, ends with SIGTERM". */
export function captionOf(fence: string): string {
  const [language = '', ...words] = fence.trim().split(/\s+/);
  const settings = new Map(
    words.filter((word) => word.includes('=')).map((word) => [word.split('=', 1)[0], afterFirst(word)]),
  );
  const is = (word: string): boolean => words.includes(word);
  const file = settings.get('file');
  const parts = [
    is('fragment') && 'a fragment',
    is('prints') && 'prints',
    is('complains') && 'prints on stderr',
    file !== undefined && `the file ${file}`,
    file === undefined && is('run') && (programs[language] ?? 'a program'),
    ...[...settings].map(([name = '', value]) => settingInWords[name]?.(value)),
  ];
  return parts.filter(Boolean).join(', ');
}

const programs: Record<string, string> = {
  js: 'a program',
  cjs: 'a CommonJS program',
  sh: 'a session in the shell',
};

const settingInWords: Record<string, (value: string) => string> = {
  flags: (value) => `started with ${value.replaceAll(',', ' ')}`,
  signal: (value) =>
    value
      .split(',')
      .map((one) => one.split('@'))
      .map(([signal, word]) => `gets ${signal}${word === undefined ? '' : ` after "${word}"`}`)
      .join(', '),
  ends: (value) => (/^\d+$/.test(value) ? `ends with exit code ${value}` : `ends with ${value}`),
  since: (value) => `Node ${value} and newer`,
};

const afterFirst = (word: string): string => word.slice(word.indexOf('=') + 1);
