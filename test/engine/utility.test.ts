/** Runs the engine as Electron's utility process, through the adapter and `process.parentPort`. */
import { spawn as spawnProgram } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineSupervisor } from '../../src/main/engine/supervisor/engine-supervisor.js';
import { engineEntry } from '../../src/main/engine/supervisor/spawn.js';
import { isAlive } from '../../src/main/storage/is-alive.js';
import { utilityEngine } from '../../src/main/hosts/electron/engine.js';
import { ENTRY, makeFolder, makePhoto, restoreTo } from './harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';
import { UtilityProcess } from './utility-process.js';

const spawn = () => utilityEngine(new UtilityProcess(ENTRY ?? engineEntry()));
const engine = new EngineSupervisor({ spawn });
let folder: Awaited<ReturnType<typeof makeFolder>>;
let plugin: string;
let photo: string;

beforeAll(async () => {
  folder = await makeFolder();
  plugin = await makeTinyPlugin(folder.path, 'staged');
  photo = await makePhoto(folder.path, 400, 300);
});
afterAll(async () => {
  await engine.close();
  await folder.remove();
});

describe('the engine as a utility process', () => {
  it('restores the same pixels after a crash', async () => {
    const calm = await restoreTo(engine, 'calm', { input: photo, plugin, skip: false });
    let kills = 0;
    const rough = await restoreTo(
      engine,
      'rough',
      { input: photo, plugin, skip: false },
      (event) => {
        if (event.type !== 'stage' || kills > 0 || engine.pid === undefined) return;
        kills++;
        process.kill(engine.pid, 'SIGKILL');
      },
    );
    expect(kills).toBe(1);
    expect(rough.pixels.equals(calm.pixels)).toBe(true);
  });

  it('ends when its supervisor closes it', async () => {
    const own = new EngineSupervisor({ spawn });
    await restoreTo(own, 'short', { input: photo, plugin, skip: false });
    const { pid = 0 } = own;
    expect(pid).toBeGreaterThan(0);
    await own.close();
    await expect.poll(() => isAlive(pid)).toBe(false);
  });

  it('ends when the program that started it is killed', async () => {
    const idle = ['-e', 'setInterval(() => undefined, 1000)'];
    const program = spawnProgram(process.execPath, idle);
    const engine = new UtilityProcess(ENTRY ?? engineEntry(), [`--parent=${program.pid}`]);
    const ended = new Promise((resolve) => engine.on('exit', resolve));
    await new Promise((resolve) => engine.on('spawn', resolve));
    program.kill('SIGKILL');
    expect(await ended).toBe(constants.signals.SIGKILL);
  });

  it('can be killed before it has started', async () => {
    const process = spawn();
    process.kill();
    expect((await process.exited).code).not.toBe(0);
    process.channel.post({ too: 'late' });
  });

  it('reports its exit code and the end of its stderr', async () => {
    const entry = join(folder.path, 'broken.mjs');
    await writeFile(entry, `console.error('x'.repeat(5000) + 'the end'); process.exit(70);`);
    const exit = await utilityEngine(new UtilityProcess(entry)).exited;
    expect(exit).toMatchObject({ code: 70, signal: null });
    expect(exit.stderr).toMatch(/x{3000,}the end\n$/);
    expect(exit.stderr.length).toBeLessThanOrEqual(4000);
  });
});
