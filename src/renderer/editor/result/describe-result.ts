/** Descriptions of results and of the sides of a comparison. */
import * as m from '#texts/messages.js';
import type { ResultSettings } from '../../../shared/protocol/calls.js';
import type { PluginRow } from '../../../shared/contracts/models.js';
import { pluginOf } from '../plugins.js';
import type { KnownResult, Side } from './comparison.svelte.js';
import { areOctaves, octaveSize, providerName, workAtName } from '../../texts/names.js';

/** Describes the settings that differ from the defaults: "SAPHN-NU, CPU, 512 px, hints: 2". */
function describeSettings(
  { plugin, provider, tile, workAt, selfEnsemble, skip, rois, grain }: ResultSettings,
  models: readonly PluginRow[],
): string {
  return [
    pluginOf(models, plugin)?.name ?? plugin ?? m.model(),
    ...(provider === 'auto' ? [] : [providerName(provider)]),
    ...(tile === 'auto' ? [] : [`${tile} px`]),
    ...(workAt === 'auto' ? [] : [m.described_work_at({ size: workAtName(workAt) })]),
    ...(selfEnsemble ? [m.ensemble()] : []),
    ...(skip ? [] : [m.described_all()]),
    ...(grain === 1 ? [] : [m.described_grain({ share: Math.round(100 * grain) })]),
    ...(rois.length === 0 ? [] : [m.described_hints({ count: rois.length })]),
  ].join(', ');
}

/** Names a stage (from 1) of the given labels; '' = the latest. */
function stageName(stage: number, labels: readonly string[]): string {
  if (stage === 0) return '';
  const label = labels[stage - 1] ?? '';
  return areOctaves(labels) ? octaveSize(label) : m.side_stage({ stage, label });
}

/** Names a side; results are numbered in the order of the session. */
export function describeSide(
  side: Side,
  results: readonly KnownResult[],
  current: string | null,
  models: readonly PluginRow[],
): string {
  if (side === 'original') return m.compare_before();
  if (side === 'current') return m.compare_after();
  const at = results.findIndex(({ result }) => result === side.result);
  const known = results[at];
  const stage = stageName(side.stage, known?.stages ?? []);
  if (side.result === current || known === undefined) return stage || m.compare_after();
  const what = describeSettings(known.settings, models);
  return [m.side_result({ number: at + 1, what }), stage].filter((part) => part !== '').join(' · ');
}
