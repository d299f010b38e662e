/** The commands `unsmear models` and `unsmear providers`. */
import type { Command } from 'commander';
import { toErrorData } from '../../shared/core/errors.js';
import type { ProviderStatus } from '../../shared/contracts/providers.js';
import { EngineClient } from '../engine/supervisor/client.js';
import type { PluginRow } from '../../shared/contracts/models.js';
import { PluginRegistry } from '../plugins/registry.js';
import { Console } from './console.js';
import { EXIT, exitCodeOfError } from './exit.js';
import { interruptible } from './interrupt.js';

interface ListOptions {
  readonly json: boolean;
}

export function addModels(program: Command): void {
  program
    .command('models')
    .description('the plug-ins of this machine')
    .option('--json', 'one JSON document on stdout', false)
    .action(async (options: ListOptions) => {
      const out = new Console({ ...options, quiet: false });
      const rows = await new PluginRegistry().list();
      out.json(rows);
      for (const row of rows) out.result(describeModel(row));
      if (rows.length === 0) out.note('No plug-ins were found.');
      process.exitCode = EXIT.done;
    });
}

function describeModel(row: PluginRow): string {
  const state = row.state === 'ok' ? '' : ` - disabled: ${row.reason ?? 'unknown'}`;
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

export function addProviders(program: Command): void {
  program
    .command('providers')
    .description('what this machine can compute with, each tested')
    .option('--json', 'one JSON document on stdout', false)
    .action(async (options: ListOptions) => {
      const out = new Console({ ...options, quiet: false });
      const engine = new EngineClient();
      const signal = interruptible(() => out.hideBar());
      try {
        const rows = await engine.probeProviders(signal);
        out.json(rows);
        for (const row of rows) out.result(describeProvider(row));
        process.exitCode = rows.some((row) => row.available) ? EXIT.done : EXIT.noEngine;
      } catch (thrown) {
        const error = toErrorData(thrown);
        out.error(error);
        out.json([]);
        process.exitCode = exitCodeOfError(error.code);
      } finally {
        await engine.close();
      }
    });
}

function describeProvider({ id, available, device, reason }: ProviderStatus): string {
  if (available) return `${id}: available${device === null ? '' : ` (${device})`}`;
  return `${id}: not available${reason === null ? '' : ` - ${reason}`}`;
}
