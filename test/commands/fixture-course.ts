import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, Workspace } from './workspace.ts';

/** A small course of its own in a folder, built as the real one is: the same tool, the lessons of the fixture. */
export class FixtureCourse implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'fixture-course-'));
  readonly binary = join(this.folder, 'bin', 'proc-course.js');

  constructor() {
    const inCourse = (name: string): string => join(this.folder, name);
    for (const name of ['bin', 'scripts', 'package.json', 'exercises', 'graders'])
      cpSync(join(root, name), inCourse(name), { recursive: true });
    cpSync(join(root, 'test/fixtures/course/lessons'), inCourse('lessons'), { recursive: true });
    for (const name of ['src', 'node_modules', 'biome.json', 'tsconfig.json'])
      symlinkSync(join(root, name), inCourse(name));
    execFileSync(process.execPath, [inCourse('scripts/build.js')], { stdio: 'pipe' });
  }

  /** An empty folder in which the tool of this course is run. */
  workspace(): Workspace {
    return new Workspace(this.binary);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
