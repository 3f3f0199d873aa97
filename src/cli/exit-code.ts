/** What the tool's own exit codes mean; README and `--help` say the same. */
export const exitCode = {
  passed: 0,
  notPassed: 1,
  wrongUse: 2,
  trouble: 3,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
