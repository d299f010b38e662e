import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { restorePhoto } from '../../src/main/app/restore-photo.js';
import type { EngineSupervisor } from '../../src/main/engine/supervisor/engine-supervisor.js';
import { forkEngine, type EngineProcess } from '../../src/main/engine/supervisor/spawn.js';
import type { Channel } from '../../src/shared/protocol/channel.js';
import { ENTRY, makeEngine, makeFolder, makePhoto, restoreTo } from './harness.js';
import { makeTinyPlugin } from './tiny-plugin.js';
import { warningInEnglish } from '../../src/shared/texts/explain.js';

const engine = makeEngine({ graceMs: 200 });
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

function killEngine(): void {
  if (engine.pid !== undefined) process.kill(engine.pid, 'SIGKILL');
}

/** Starts an engine that is killed whenever it begins `tile`: it waits for the answer then. */
function dyingOn(tile: number): EngineSupervisor {
  const spawn = (): EngineProcess => {
    const engine = forkEngine([], ENTRY);
    const listen: Channel['listen'] = (handler) => {
      engine.channel.listen((message) => {
        const { m: name, a: values } = message as { m?: string; a?: readonly unknown[] };
        if (name === 'stepStarted' && values?.[1] === tile) engine.kill();
        handler(message);
      });
    };
    return { ...engine, channel: { ...engine.channel, listen } };
  };
  return makeEngine({ spawn });
}

async function ownScratch(): Promise<string[]> {
  return (await readdir(tmpdir())).filter((name) => name.startsWith(`unsmear-${process.pid}-`));
}

describe('after a crash', () => {
  it('computes only the tiles in flight again, with the same pixels', async () => {
    const request = { input: photo, plugin, skip: false };
    const calm = await restoreTo(engine, 'calm', request);
    const seen: number[] = [];
    let kills = 0;
    const shaken = await restoreTo(engine, 'shaken', request, (event) => {
      if (event.type !== 'stage') return;
      seen.push(event.tile);
      if ([3, 6].includes(seen.length) && kills < 2) {
        kills++;
        killEngine();
      }
    });
    expect(kills).toBe(2);
    expect(shaken.events.filter(({ type }) => type === 'retried')).toHaveLength(2);
    expect(shaken.pixels.equals(calm.pixels)).toBe(true);
    expect(shaken.report.tiles).toEqual(calm.report.tiles);
    // Only the tiles in flight ran twice.
    expect(seen.length).toBeLessThanOrEqual(calm.report.tiles.total + 2);
    expect(await ownScratch()).toEqual([]);
  });

  it('leaves a tile unrestored on which every engine crashes', async () => {
    const tile = { preferred: 96, max: 96 };
    const small = await makeTinyPlugin(join(folder.path, 'small'), 'staged', tile);
    const dying = dyingOn(3);
    const request = { input: photo, plugin: small, skip: false };
    const { report } = await restoreTo(dying, 'stubborn', request);
    await dying.close();
    expect(report.tiles.skipped).toBe(1);
    expect(report.warnings.map(warningInEnglish).join()).toMatch(/crashed/);
  });
});

describe('a cancelled restoration', () => {
  it('stops between tiles and leaves no file', async () => {
    const controller = new AbortController();
    const path = join(folder.path, 'cancelled.png');
    const running = restorePhoto(
      controller.signal,
      engine,
      { input: photo, plugin, provider: 'cpu', output: { path } },
      (event) => {
        if (event.type === 'stage') controller.abort();
      },
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    const files = await readdir(folder.path);
    expect(files.filter((name) => name.includes('cancelled') || name.endsWith('.tmp'))).toEqual([]);
    expect(await ownScratch()).toEqual([]);
  });

  it('is what remains when the engine is closed', async () => {
    const own = makeEngine();
    let closed: Promise<void> | undefined;
    const request = { input: photo, plugin, provider: 'cpu' as const, skip: false };
    const running = restorePhoto(new AbortController().signal, own, request, (event) => {
      if (event.type === 'stage') closed ??= own.close();
    });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    await closed;
    expect(own.pid).toBeUndefined();
    expect(await ownScratch()).toEqual([]);
  });

  it('never starts if the signal is already aborted', async () => {
    const request = { input: photo, plugin };
    await expect(restorePhoto(AbortSignal.abort(), engine, request)).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
