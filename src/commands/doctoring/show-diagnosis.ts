import { homedir, userInfo } from 'node:os';
import type { Surroundings } from '../../cli/command.ts';
import { wrap } from '../../report/columns.ts';
import { escapeControls } from '../../report/escape.ts';
import type { DoctorFinding } from './examine.ts';

/** Prints what was found: for people, for an issue, or for other programs. */
export function showDiagnosis(
  findings: readonly DoctorFinding[],
  { json = false, report = false }: { json?: boolean; report?: boolean },
  { console }: Surroundings,
): void {
  const { color, width } = console;
  if (json) {
    const fine = findings.every(({ state }) => state !== 'obstacle');
    console.out(JSON.stringify({ schema: 1, fine, findings }, null, 2));
    return;
  }
  if (report) {
    console.out('```');
    for (const { name, state, text } of findings)
      console.out(maskHome(`${state.padEnd(8)} ${name}: ${text}`));
    console.out('```');
    return;
  }
  const marks = { fine: color.green('✔'), note: color.yellow('•'), obstacle: color.red('✘') };
  for (const { name, state, text, advice } of findings) {
    console.out(
      `${marks[state]} ${name.padEnd(16)} ${wrap(escapeControls(text), Math.min(width, 110), ' '.repeat(19))}`,
    );
    if (advice !== undefined)
      console.out(`${' '.repeat(19)}${color.dim(wrap(advice, Math.min(width, 110), ' '.repeat(19)))}`);
  }
  const obstacles = findings.filter(({ state }) => state === 'obstacle').length;
  console.out();
  console.out(
    obstacles === 0
      ? color.green('The course works here.')
      : color.red(`${obstacles === 1 ? 'One thing stands' : `${obstacles} things stand`} in the way.`),
  );
}

/** A report is meant for strangers: where the home is, and whose it is, is nobody's business. */
export function maskHome(text: string, home: string = homedir(), user: string = userInfo().username): string {
  const masked = home.length > 1 ? text.replaceAll(home, '~') : text;
  // "root" and the like are words as well as names.
  return user.length > 4 ? masked.replaceAll(user, '<user>') : masked;
}
