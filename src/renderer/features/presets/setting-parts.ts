/** Parts of an edit that can be pasted or saved as a preset, in words. */
import * as m from '#texts/messages.js';
import { isEverywhere } from '../../../shared/regions/index.js';
import type { EditSettings } from '../../../shared/edit/edit.js';
import { SETTING_PARTS, type SettingPart } from '../../../shared/edit/edit-transfer.js';
import { percent } from '../../texts/format.js';

const NAMES: Record<SettingPart, () => string> = {
  model: m.part_model,
  stage: m.part_stage,
  strength: m.strength,
  regions: m.panel_regions,
  hints: m.panel_hints,
};

export function partName(part: SettingPart): string {
  return NAMES[part]();
}

/** Returns every part with its current value. */
export function partOptions(
  settings: EditSettings,
  locale: string,
): { value: SettingPart; text: string; help: string }[] {
  const { plugin, stage, strength, regions, hints } = settings;
  const set: Record<SettingPart, string> = {
    model: plugin ?? m.part_model_default(),
    stage: stage === 0 ? m.part_stage_last() : m.chip_stage({ stage }),
    strength: percent(strength, locale),
    regions: isEverywhere(regions) ? m.part_everywhere() : String(regions.operations.length),
    hints: hints.length === 0 ? m.part_none() : String(hints.length),
  };
  return SETTING_PARTS.map((value) => ({ value, text: partName(value), help: set[value] }));
}
