/** An error as programs read it: one document, with the next command to type. */
export interface ErrorDocument {
  readonly schema: 1;
  readonly error: {
    readonly kind: 'wrong-use' | 'trouble';
    readonly message: string;
    readonly next: string;
  };
}

/** Whether one JSON document was asked for. Read from the words themselves, since wrong use may be what is wrong with them. */
export function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const ours = end === -1 ? argv : argv.slice(0, end);
  return ours.some(
    (word, index) =>
      word === '--json' ||
      word === '--reporter=json' ||
      (word === 'json' && ours[index - 1] === '--reporter'),
  );
}

export const renderError = (error: ErrorDocument['error']): string =>
  JSON.stringify({ schema: 1, error } satisfies ErrorDocument, null, 2);
