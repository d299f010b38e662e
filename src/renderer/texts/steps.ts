/** Names of the history's steps in the user's language. Their keys are stored in the edit. */
import * as m from '#texts/messages.js';

const NAMES: Readonly<Record<string, () => string>> = {
  open: m.step_open,
  strength: m.strength,
  grain: m.grain,
  stage: m.step_stage,
  model: m.model,
  device: m.device,
  tile: m.tile,
  'work-at': m.work_at,
  skip: m.skip,
  ensemble: m.ensemble,
  paste: m.step_paste,
  preset: m.step_preset,
  'region.stroke': m.step_region_stroke,
  'region.rectangle': m.step_region_rectangle,
  'region.ellipse': m.step_region_ellipse,
  'region.lasso': m.step_region_lasso,
  'region.threshold': m.step_region_threshold,
  'region.bitmap': m.step_region_bitmap,
  'region.invert': m.step_region_invert,
  'region.feather': m.step_region_feather,
  'region.grow': m.step_region_grow,
  'region.clear': m.step_region_clear,
  'region.remove': m.step_region_remove,
  'hint.add': m.step_hint_add,
  'hint.change': m.step_hint_change,
  'hint.rename': m.step_hint_rename,
  'hint.remove': m.step_hint_remove,
};

/** Returns the name of a step; unknown steps, of a newer version for example, show their key. */
export function stepName(label: string): string {
  return Object.hasOwn(NAMES, label) ? NAMES[label]!() : label;
}
