import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';

/** Gives each test of a file a folder of its own, and the way to write into it. */
export function useFolder(name = 'proc-course-test-') {
  const place = {
    path: '',
    write(files: Record<string, string>): void {
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(place.path, file)), { recursive: true });
        writeFileSync(join(place.path, file), text);
      }
    },
  };
  beforeEach(() => {
    place.path = mkdtempSync(join(tmpdir(), name));
  });
  afterEach(() => rmSync(place.path, { recursive: true, force: true }));
  return place;
}
