/** A count with its word, as in "1 scene" and "3 scenes". */
export const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
