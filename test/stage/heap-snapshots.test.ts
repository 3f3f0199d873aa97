import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeHeapSnapshot } from 'node:v8';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSnapshots } from '../../src/stage/heap-snapshots.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proc-course-test-'));
  const whole = writeHeapSnapshot(join(folder, 'whole.heapsnapshot'));
  const text = readFileSync(whole, 'utf8');
  writeFileSync(join(folder, 'cut.heapsnapshot'), text.slice(0, text.length / 2));
  writeFileSync(join(folder, 'shell.heapsnapshot'), JSON.stringify({ snapshot: { node_count: 1 } }));
  writeFileSync(join(folder, 'empty.heapsnapshot'), '');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a snapshot is whole when it has all the nodes and edges that it says it has', () => {
  const found = Object.fromEntries(readSnapshots(folder).map(({ name, isWhole }) => [name, isWhole]));
  expect(found).toEqual({
    'whole.heapsnapshot': true,
    'cut.heapsnapshot': false,
    'shell.heapsnapshot': false,
    'empty.heapsnapshot': false,
  });
});
