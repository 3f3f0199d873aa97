import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { environmentFor } from '../../src/stage/environment.ts';
import { fixture, seen, useTheatre } from './on-stage.ts';

const onStage = useTheatre();

async function environmentOf(settings: Record<string, string>): Promise<Record<string, string>> {
  let variables: Record<string, string> = {};
  await onStage(async (stage) => {
    const app = stage.start(fixture('prints-its-environment', settings));
    variables = (await app.says('environment')).variables as Record<string, string>;
    await app.gone();
    expect(seen(stage, 'started')).toMatchObject([{ settings }]);
  });
  return variables;
}

describe('the environment of a program', () => {
  beforeEach(() => {
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    vi.stubEnv('SECRET_OF_THE_CALLER', 'secret');
    vi.stubEnv('PORT', '80');
    vi.stubEnv('TZ', 'Pacific/Chatham');
  });
  afterEach(() => vi.unstubAllEnvs());

  test('holds its settings', async () => {
    expect(await environmentOf({ PORT: '0', NAME: 'a b=c "d" é' })).toMatchObject({
      PORT: '0',
      NAME: 'a b=c "d" é',
    });
  });

  test('holds nothing of its caller but a few names', async () => {
    const variables = await environmentOf({ LIMIT_MS: '5' });
    expect(variables).toMatchObject({ PATH: process.env.PATH, TZ: 'Pacific/Chatham' });
    const allowed = [
      'PATH',
      'HOME',
      'USER',
      'LOGNAME',
      'SHELL',
      'LANG',
      'LC_ALL',
      'LC_CTYPE',
      'TZ',
      'TMPDIR',
    ];
    const others = Object.keys(variables).filter((name) => !allowed.includes(name));
    expect(others.sort()).toEqual(['LIMIT_MS', 'PROC_COURSE_STAGE']);
  });

  test('a setting wins over what would be inherited, and never over the mark', () => {
    const environment = environmentFor({ TZ: 'UTC', PROC_COURSE_STAGE: 'none' }, 'token');
    expect(environment).toMatchObject({ TZ: 'UTC', PROC_COURSE_STAGE: 'token' });
  });

  test('the program is a plain node process in a folder of its own', async () => {
    await onStage(async (stage) => {
      const app = stage.start({ ...fixture('prints-its-environment'), nodeFlags: ['--no-deprecation'] });
      const { flags } = await app.says('environment');
      await app.gone();
      expect(flags).toEqual(['--no-deprecation']);
    });
  });
});
