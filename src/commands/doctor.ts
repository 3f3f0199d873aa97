import { type Command, Interrupted } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';

interface Options {
  readonly json?: boolean;
  readonly report?: boolean;
}

export const doctor: Command<Options> = {
  name: 'doctor',
  summary: 'Look whether this machine can deliver what the course needs',
  positional: [],
  options: [
    { flag: '--report', summary: 'print what to paste into an issue; paths of your home are masked' },
    { flag: '--json', summary: 'print one JSON document and nothing else' },
  ],
  examples: ['proc-course doctor', 'proc-course doctor --report'],
  async run({ options }, around) {
    const [{ examine }, { showDiagnosis }] = await Promise.all([
      import('./doctoring/examine.ts'),
      import('./doctoring/show-diagnosis.ts'),
    ]);
    const findings = await examine(around);
    if (around.interrupted.aborted) throw new Interrupted();
    showDiagnosis(findings, options, around);
    return findings.some(({ state }) => state === 'obstacle') ? exitCode.notPassed : exitCode.passed;
  },
};
