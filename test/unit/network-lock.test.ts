import { describe, expect, it } from 'vitest';
import type { LoadResult, LoadSpec } from '../../src/main/engine/inference/protocol.js';
import { loadSpec, NetworkLock } from '../../src/main/engine/network/network-lock.js';
import { NO_RECOVERY } from '../../src/main/engine/protocol.js';
import { UnsmearError } from '../../src/shared/core/errors.js';
import { PluginRegistry } from '../../src/main/plugins/registry.js';

const { folder: plugin } = await new PluginRegistry().default();
const RESULT: LoadResult = { provider: 'cpu', device: 'A processor', loadMs: 12, warnings: [] };

/** Returns a network, and the specs that its worker was asked to load. */
function recorded(answers: (LoadResult | UnsmearError)[] = []) {
  const asked: LoadSpec[] = [];
  const load = (spec: LoadSpec) => {
    asked.push(spec);
    const answer = answers.shift() ?? RESULT;
    return answer instanceof UnsmearError ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { network: new NetworkLock({ load }), asked };
}

const makeSpec = () => loadSpec({ plugin, provider: 'cpu' }, NO_RECOVERY);

describe('loading a network', () => {
  it('does not ask the worker for the network that was loaded last', async () => {
    const { network, asked } = recorded();
    const spec = await makeSpec();
    expect(await network.load(spec)).toEqual(RESULT);
    expect(await network.load(spec)).toEqual({ ...RESULT, loadMs: 0 });
    expect(asked).toEqual([spec]);
  });

  it('asks the worker again after somebody else loaded a network', async () => {
    const { network, asked } = recorded();
    const [mine, other] = [await makeSpec(), await makeSpec()];
    for (const spec of [mine, other, mine]) await network.load(spec);
    expect(asked.map((spec) => spec === mine)).toEqual([true, false, true]);
  });

  it('asks the worker again after a load failed', async () => {
    const failure = new UnsmearError('plugin-failed', { reason: 'other', details: 'x' });
    const { network, asked } = recorded([RESULT, failure]);
    const [mine, other] = [await makeSpec(), await makeSpec()];
    await network.load(mine);
    await expect(network.load(other)).rejects.toMatchObject({ code: 'plugin-failed' });
    expect(await network.load(mine)).toEqual(RESULT);
    expect(asked).toEqual([mine, other, mine]);
  });
});
