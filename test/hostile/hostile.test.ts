import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ToolRun } from './tool-run.ts';

interface Row {
  readonly file: string;
  readonly does: string;
  /** Of the tool. */
  readonly exitCode: number;
  /** Part of what the learner is told, in lower case; null where any words will do. */
  readonly says: string | null;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const rows: Row[] = JSON.parse(readFileSync(here('programs.json'), 'utf8'));

const boundOnAQuietMachineMs = 60_000;
const mostResidentMB = 500;
// Three of them share two cores with each other, and some take all that they get: one may be played again.
const patience = { timeout: 600_000, retry: 1 };

test('the table names every hostile program once', () => {
  expect(rows.map(({ file }) => file).sort()).toEqual(readdirSync(here('programs')).sort());
});

test.concurrent.for(rows)('$file: $does', patience, async ({ file, exitCode, says }, { expect }) => {
  const boundMs = boundOnAQuietMachineMs * slownessNow();
  const run = new ToolRun(['check', 'exercise-1', '--file', here(`programs/${file}`), '--json']);
  try {
    const how = await run.endsWithin(boundMs);
    const left = await run.leftBehind();
    expect.soft(how, run.stderr).toMatchObject({ code: exitCode, signal: null });
    expect.soft(how.tookMs).toBeLessThan(boundMs);
    expect.soft(left).toEqual([]);
    expect.soft(run.foldersLeft()).toEqual([]);
    expect.soft(run.peakMB).toBeGreaterThan(0);
    expect.soft(run.peakMB).toBeLessThan(mostResidentMB);
    expect.soft(run.stderr).not.toMatch(/Warning:/);
    const report: unknown = JSON.parse(run.stdout);
    if (says !== null) expect(wordsOf(report)).toContain(says);
  } finally {
    await run.cleanUp();
  }
});

test('a report for people holds none of the terminal controls that a program printed', patience, async () => {
  const run = new ToolRun(['check', 'exercise-1', '--file', here('programs/prints-terminal-controls.mjs')]);
  try {
    expect((await run.endsWithin(boundOnAQuietMachineMs * slownessNow())).code).toBe(1);
    const text = run.stdout + run.stderr;
    const controls = [...text].filter((character) =>
      /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u.test(character),
    );
    expect(controls.filter((character) => character !== '\n' && character !== '\t')).toEqual([]);
  } finally {
    await run.cleanUp();
  }
});

/** How many times longer a bare Node process takes now than a quiet machine needs at the most. */
function slownessNow(): number {
  const startedAt = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  return Math.min(5, Math.max(1, (performance.now() - startedAt) / 100));
}

/** Every text of the report, in lower case. */
function wordsOf(value: unknown): string {
  if (typeof value === 'string') return value.toLowerCase();
  return typeof value === 'object' && value !== null ? Object.values(value).map(wordsOf).join('\n') : '';
}
