/** The subcommands `unsmear models` and `unsmear providers`. */
import { toErrorData } from '../../shared/core/errors.js';
import { inEnglish } from '../../shared/texts/explain.js';
import type { ProviderStatus } from '../../shared/contracts/providers.js';
import { EngineSupervisor } from '../engine/supervisor/engine-supervisor.js';
import type { PluginRow } from '../../shared/contracts/models.js';
import { PluginRegistry } from '../plugins/registry.js';
import { Console } from './console.js';
import { EXIT, exitCodeOfError } from './exit.js';
import { interruptible } from './interrupt.js';
import type { OutputOptions } from './options.js';

type ListOptions = Pick<OutputOptions, 'json'>;

/** Runs `unsmear models` and returns the exit code. */
export async function listModels(options: ListOptions): Promise<number> {
  const out = new Console({ ...options, quiet: false });
  const rows = await new PluginRegistry().list();
  out.json(rows.map((row) => ({ ...row, reason: reasonOf(row) })));
  for (const row of rows) out.result(describeModel(row));
  if (rows.length === 0) out.note('No models were found.');
  return EXIT.done;
}

function reasonOf({ reason }: Pick<PluginRow | ProviderStatus, 'reason'>): string | null {
  return reason === null ? null : inEnglish(reason).message;
}

function describeModel(row: PluginRow): string {
  const state = row.state === 'ok' ? '' : ` - disabled: ${reasonOf(row) ?? 'unknown'}`;
  const facts = [
    row.source,
    row.verified ? 'files verified' : 'files not verified',
    row.trained === null ? null : `trained for ${row.trained} steps`,
    row.parameters === null ? null : `${(row.parameters / 1e6).toFixed(1)} M parameters`,
    row.relativeTime === null ? null : `${row.relativeTime.toFixed(1)} x the default's time`,
    `stages: ${row.stages.join(' / ')}`,
    `maps: ${row.maps.join(' ') || 'none'}`,
  ];
  return `${row.id} ${row.version} (${facts.filter((fact) => fact !== null).join(', ')})${state}`;
}

/** Runs `unsmear providers` and returns the exit code. */
export async function listProviders(options: ListOptions): Promise<number> {
  const out = new Console({ ...options, quiet: false });
  const engine = new EngineSupervisor();
  const signal = interruptible(() => out.hideBar());
  try {
    const rows = await engine.probeProviders(signal);
    out.json(rows.map((row) => ({ ...row, reason: reasonOf(row) })));
    for (const row of rows) out.result(describeProvider(row));
    return rows.some((row) => row.available) ? EXIT.done : EXIT.noEngine;
  } catch (thrown) {
    const error = toErrorData(thrown);
    out.error(error);
    out.json([]);
    return exitCodeOfError(error.code);
  } finally {
    await engine.close();
  }
}

function describeProvider(status: ProviderStatus): string {
  const { id, available, device } = status;
  if (available) return `${id}: available${device === null ? '' : ` (${device})`}`;
  const reason = reasonOf(status);
  return `${id}: not available${reason === null ? '' : ` - ${reason}`}`;
}
