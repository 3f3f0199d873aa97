/** What a process may end as, in the words in which answers are kept: "0", "SIGTERM", "still running". */
const stillRunning = 'still running';

const runningWords =
  /^(?:it )?(?:is |keeps? |stays? )?(?:still )?(?:running|alive|runs)(?: on)?(?: for ?ever)?$|^(?:it )?(?:hangs?|never ends|does not end|doesn't end)$/;

/** Reads what a learner typed about an end: "code 0", "sigterm", "killed by SIGTERM", "hangs". Undefined: no end. */
export function readEnd(typed: string): string | undefined {
  const text = tidied(typed).toLowerCase();
  if (runningWords.test(text)) return stillRunning;
  const code =
    /^(?:it )?(?:exits?|ends?|exited|ended)?(?: ?with)?(?: ?the)?(?: ?exit)?(?: ?code)?(?: ?is)?[ :=]*(\d{1,3})$/.exec(
      text,
    )?.[1];
  if (code !== undefined) return Number(code) > 255 ? undefined : String(Number(code));
  const signal =
    /^(?:it )?(?:is |was )?(?:killed|dies|died|ends?|ended|terminated)?(?: ?(?:by|of|from|with|through))?(?: ?the)?(?: ?signal)?[ :=]*(?:sig)?([a-z]{2,6}\d?)$/.exec(
      text,
    )?.[1];
  return signal !== undefined && signals.has(signal) ? `SIG${signal.toUpperCase()}` : undefined;
}

const signals = new Set(
  'hup int quit ill trap abrt bus fpe kill usr1 segv usr2 pipe alrm term chld cont stop tstp xcpu sys'.split(
    ' ',
  ),
);

// 128 and the number of the signal is how a shell shows a death by it.
const shellCodes: Record<string, string> = {
  '129': 'SIGHUP',
  '130': 'SIGINT',
  '131': 'SIGQUIT',
  '134': 'SIGABRT',
  '137': 'SIGKILL',
  '139': 'SIGSEGV',
  '141': 'SIGPIPE',
  '143': 'SIGTERM',
};

export interface Comparison {
  readonly right: boolean;
  /** What a learner should know beside the verdict. */
  readonly note?: string;
}

/** Compares a prediction with what the process did, as a reader would who does not look at quotes, commas and case. */
export function compare(typed: string, answer: string): Comparison {
  const end = isEnd(answer) ? readEnd(typed) : undefined;
  if (end !== undefined) {
    if (end === answer) return { right: true };
    if (shellCodes[end] === answer)
      return {
        right: true,
        note: `A shell shows ${end} for it; the process itself was killed by ${answer} and has no exit code.`,
      };
    if (shellCodes[answer] === end)
      return { right: false, note: `It chose the exit code ${answer} itself; no signal killed it.` };
    return { right: false };
  }
  return { right: same(typed, answer) || same(withoutKind(typed), answer) };
}

const isEnd = (answer: string): boolean => /^\d{1,3}$|^SIG[A-Z]+\d?$/.test(answer) || answer === stillRunning;

/** Within JSON no space means anything. */
const same = (typed: string, answer: string): boolean =>
  /^[[{]/.test(answer)
    ? words(typed).replaceAll(' ', '') === words(answer).replaceAll(' ', '')
    : words(typed) === words(answer);

/** Lines may be typed in one, parted by commas, arrows or "then". */
const words = (text: string): string =>
  tidied(text)
    .toLowerCase()
    .replaceAll(/\\n|\n|,|;|->|→|\bthen\b/g, ' ')
    .replaceAll(/["'`]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** "status 503", "503 Service Unavailable" and "error ECONNRESET" mean the number or the name alone. */
const withoutKind = (text: string): string =>
  /^(?:(?:http|status|code|error|it is|an?) )*(\d{3}|e[a-z]{3,})(?: [a-z ]+)?$/i.exec(tidied(text))?.[1] ??
  text;

const tidied = (text: string): string =>
  text
    .trim()
    .replace(/^["'`](.*)["'`]$/s, '$1')
    .replace(/[.!]$/, '')
    .replace(/[ \t]+/g, ' ')
    .trim();

/** The choice that is meant, or undefined. */
export const readChoice = (typed: string, choices: readonly string[]): string | undefined =>
  choices.find((choice) => choice === typed) ??
  choices.find((choice) => same(choice, typed)) ??
  choices.find((choice) => isEnd(choice) && readEnd(typed) === choice);
