import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root, Workspace } from './workspace.ts';

const telling = `--require ${join(root, 'test/fixtures/tells-what-was-loaded.cjs')}`;

// Each of the two takes a twentieth of the time of such a command.
test.each([['list'], ['--help'], ['progress']])(
  '%s loads neither child processes nor cryptography, which it has no use for',
  async (command) => {
    using workspace = new Workspace();
    const ran = await workspace.runWith({ ...workspace.env, NODE_OPTIONS: telling }, command);
    expect(ran.code).toBe(0);
    const loaded = JSON.parse(ran.stderr);
    expect(loaded).toContain('tty');
    expect(loaded).not.toContain('child_process');
    expect(loaded).not.toContain('crypto');
  },
);
