/** What a program may inherit: where things are and how text is spelled, never what our own caller set for itself. */
const inherited = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'TZ',
  'TMPDIR',
  'SystemRoot',
  'ComSpec',
  'TEMP',
  'TMP',
];

/** The environment of a program under test: a few inherited names, its settings, and the token it is found by. */
export function environmentFor(
  settings: Readonly<Record<string, string>>,
  token: string,
): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...settings, PROC_COURSE_STAGE: token };
}
