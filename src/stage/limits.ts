/** What a program under test may cost the tool. Each is far above what any exercise needs. */
export const limits = {
  /** Kept of each stream; what comes after is read, counted and dropped. */
  outputBytesPerStream: 1024 * 1024,
  /** A megabyte of empty lines would otherwise be a million events. */
  linesPerStream: 10_000,
  /** Longer lines are cut; an event line of the contracts has a few hundred bytes. */
  lineBytes: 64 * 1024,
  /** Kept of one answer's body, after which the request is dropped. */
  answerBytes: 1024 * 1024,
  /** Program and descendants together; the exercises ask for five processes at the most. */
  processes: 48,
  /** Resident memory of program and descendants together; five bare Node processes hold about 250. */
  residentMB: 768,
  /** IPC messages kept of one program. */
  messages: 10_000,
} as const;

/** How often the tree of a running program is looked at. */
export const treeLookEveryMs = 50;

/** Beside the "soon" that is added to it: a program of a few lines starts in 20 to 60 ms and is ready at once. */
export const readyWithinMs = 3_000;

/** After the exit, how long a helper that the program told to end may take before it counts as left behind. */
export const helperGraceMs = 100;

/** After the tree is gone its pipes end at once; this bounds the wait where somebody still holds one. */
export const drainWithinMs = 700;
export const drainSteps = 10;
