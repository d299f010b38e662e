/** The built command line with names and texts that would control the terminal it writes to. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { PluginRow } from '../../src/shared/contracts/models.js';
import type { BatchDocument } from '../../src/main/batch/report.js';
import { makePhoto } from '../engine/harness.js';
import { commandLine, type Ended } from './command.js';

/** Sets the window's title, clears the screen, begins a line of its own, reorders the rest. */
const HOSTILE = 'x\u001b]0;PWNED\u0007\u001b[2J\r\nFORGED: done\u009b31m\u202eb';
const SHOWN = 'x\\x1b]0;PWNED\\x07\\x1b[2J\\r\\nFORGED: done\\x9b31m\\u202eb';
const program = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const { folder, unsmear } = await commandLine('identity', 'staged');
const QUICK = ['--model', 'tiny-identity', '--provider', 'cpu'];
const photos = join(folder, 'photos');
const photo = join(photos, `${HOSTILE}.png`);

beforeAll(async () => {
  mkdirSync(photos);
  const plain = await makePhoto(folder, 96, 64);
  copyFileSync(plain, photo);
  writeFileSync(join(folder, 'index.html'), '');
  makeHostilePlugin();
});

/** A plug-in whose texts are hostile, and one that is disabled for a reason that quotes them. */
function makeHostilePlugin(): void {
  const plugin = join(folder, 'data', 'plugins', 'tiny-staged', 'plugin.json');
  const manifest = JSON.parse(readFileSync(plugin, 'utf8')) as {
    name: string;
    version: string;
    description: string;
    stages: { label: string }[];
  };
  Object.assign(manifest, { name: HOSTILE, version: '1\u001b[31m', description: HOSTILE });
  for (const stage of manifest.stages) stage.label = HOSTILE;
  writeFileSync(plugin, JSON.stringify(manifest));
  const broken = join(folder, 'data', 'plugins', `y${HOSTILE}`);
  mkdirSync(broken);
  writeFileSync(join(broken, 'plugin.json'), JSON.stringify({ ...manifest, id: HOSTILE }));
}

/** Fails if anything but line feeds could control a terminal, or if a hostile text began a line. */
function expectHarmless({ stdout, stderr }: Ended): void {
  for (const text of [stdout, stderr]) {
    expect(text).not.toMatch(/[^\n\P{Cc}]|[\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
    expect(text).not.toMatch(/^FORGED/m);
  }
}

describe('control characters', () => {
  it("in a photo's name are escaped by deblur and exact in its JSON", async () => {
    const args = ['deblur', photo, ...QUICK, '--on-exist', 'overwrite'];
    const said = await unsmear(...args);
    expectHarmless(said);
    expect(said.code).toBe(0);
    expect(said.stdout).toContain(`${SHOWN}.deblurred.png (`);
    expect(said.stderr).toContain(`${SHOWN}.png\n`);
    const json = await unsmear(...args, '--json');
    expectHarmless(json);
    const { outputs } = JSON.parse(json.stdout) as { outputs: { input: string }[] };
    expect(outputs.map(({ input }) => input)).toEqual([photo]);
  });

  it("in a photo's name are escaped by batch, whether it fails or not", async () => {
    const inputs = join(folder, 'batch');
    mkdirSync(inputs);
    copyFileSync(photo, join(inputs, `${HOSTILE}.png`));
    writeFileSync(join(inputs, `broken-${HOSTILE}.png`), 'no photo');
    const args = ['batch', inputs, '--out-dir', join(folder, 'results'), ...QUICK];
    const said = await unsmear(...args);
    expectHarmless(said);
    expect(said.code).toBe(3);
    expect(said.stdout).toContain(`${SHOWN}.png -> `);
    expect(said.stderr).toContain(`broken-${SHOWN}.png`);
    const json = await unsmear(...args, '--json');
    expectHarmless(json);
    const { errors } = JSON.parse(json.stdout) as BatchDocument;
    expect(errors.map(({ input }) => input)).toEqual([join(inputs, `broken-${HOSTILE}.png`)]);
  });

  it("in a photo's name are escaped by triage and exact with --print0", async () => {
    const args = ['triage', photo, '--threshold', '0', '--provider', 'cpu'];
    const said = await unsmear(...args);
    expectHarmless(said);
    expect(said.stdout).toContain(`${SHOWN}.png`);
    const listed = await unsmear(...args, '--only-blurred');
    expectHarmless(listed);
    const exact = await unsmear(...args, '--only-blurred', '--print0');
    expect(exact.stdout).toBe(`photos/${HOSTILE}.png\0`);
  });

  it('in the texts of a plug-in are shown as escapes', async () => {
    const said = await unsmear('models');
    expectHarmless(said);
    expect(said.stdout).toContain(`tiny-staged 1\\x1b[31m (`);
    expect(said.stdout).toContain(`stages: ${SHOWN} / ${SHOWN}`);
    const json = await unsmear('models', '--json');
    expectHarmless(json);
    const rows = JSON.parse(json.stdout) as PluginRow[];
    expect(rows.find(({ id }) => id === 'tiny-staged')).toMatchObject({ name: HOSTILE });
    const run = await unsmear('deblur', photo, '--model', 'tiny-staged', '--provider', 'cpu');
    expectHarmless(run);
  });

  const missing = `${HOSTILE}.jpg`;
  it.each<[string, number, string[]]>([
    ['a missing photo', 4, ['deblur', missing]],
    ['a missing photo of a batch', 4, ['batch', missing, '--out-dir', 'nowhere']],
    ['a missing photo of triage', 4, ['triage', missing]],
    ['a pattern that nothing matches', 4, ['triage', `${HOSTILE}*.jpg`]],
    ['an unknown plug-in', 4, ['deblur', 'a.jpg', '--model', HOSTILE]],
    ['a wrong value of an option', 2, ['deblur', 'a.jpg', '--quality', HOSTILE]],
    ['a wrong choice of an option', 2, ['deblur', 'a.jpg', '--metadata', HOSTILE]],
    ['an unknown option', 2, ['deblur', 'a.jpg', `--${HOSTILE}`]],
    ['an unknown command', 2, [HOSTILE]],
    ['a wrong template', 2, ['batch', 'photos', '--out-dir', 'x', '--name', `{${HOSTILE}}`]],
    ['a folder to watch that is none', 4, ['batch', missing, '--watch', '--out-dir', 'x']],
    ['folders to evaluate', 4, ['evaluate', '--blur', HOSTILE, '--sharp', HOSTILE]],
    ['a wrong port', 2, ['serve', '--port', HOSTILE]],
  ])('in %s are shown as escapes', async (_, code, args) => {
    const said = await unsmear(...args);
    expectHarmless(said);
    expect(said.code).toBe(code);
    expect(said.stderr).toMatch(/^error: /m);
  });

  it('in photos that are given to serve and do not exist are shown as escapes', async () => {
    const child = spawn(
      process.execPath,
      [program('out/main/server.js'), missing, '--app', folder],
      {
        cwd: folder,
        env: { ...process.env, UNSMEAR_DATA_DIR: join(folder, 'data') },
      },
    );
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
      child.kill('SIGINT');
    });
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expectHarmless({ code, stdout, stderr });
    expect(stderr).toContain(SHOWN);
  });

  it('in the arguments of npm start are shown as escapes', async () => {
    const child = spawn(process.execPath, [program('scripts/start.js'), `--${HOSTILE}`]);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    expectHarmless({ code, stdout: '', stderr });
    expect(code).toBe(2);
  });
});

describe('a misspelt option', () => {
  it('gets a suggestion on a line of its own', async () => {
    const { stderr } = await unsmear('deblur', 'a.jpg', '--qualty', '3');
    expect(stderr).toMatch(/^error: unknown option '--qualty'\n\(Did you mean --quality\?\)\n/);
  });
});
