/** Names for ids of the host: formats, devices, placeholders, orders and filters. */
import * as m from '#texts/messages.js';
import type { Placeholder } from '../../shared/contracts/naming-template.js';
import type { ProviderChoice } from '../../shared/contracts/providers.js';
import type { OutputFormat, WorkAt } from '../../shared/contracts/restore.js';
import type { PhotoFilter, PhotoOrder } from '../../shared/contracts/settings.js';

export const FORMAT_NAMES: Readonly<Record<OutputFormat, string>> = {
  jpeg: 'JPEG',
  png: 'PNG',
  tiff: 'TIFF',
  webp: 'WebP',
  avif: 'AVIF',
};

/** Returns a device's name; product names are the same in every language. */
export function providerName(provider: ProviderChoice): string {
  switch (provider) {
    case 'auto':
      return m.provider_auto();
    case 'cpu':
      return m.provider_cpu();
    case 'webgpu':
      return 'WebGPU';
    case 'dml':
      return 'DirectML';
    case 'coreml':
      return 'Core ML';
    case 'cuda':
      return 'CUDA';
  }
}

/** Returns the name of the size at which a photo is restored. */
export function workAtName(size: WorkAt): string {
  switch (size) {
    case 'auto':
      return m.work_at_auto();
    case 'full':
      return m.work_at_full();
    case 'half':
      return m.work_at_half();
    case 'quarter':
      return m.work_at_quarter();
  }
}

/** Returns whether a result's stages are octaves of the photo: `1/8` … `1/2`, `1` = full size. */
export function areOctaves(labels: readonly string[]): boolean {
  return labels.length > 0 && labels.every((label) => /^1(\/\d+)?$/.test(label));
}

/** Returns the short name of an octave: "1/4", "full". */
export function octaveName(label: string): string {
  return label === '1' ? m.octave_full() : label;
}

/** Returns the name of an octave in a sentence: "at 1/4 size", "at full size". */
export function octaveSize(label: string): string {
  return label === '1' ? m.octave_size_full() : m.octave_size({ label });
}

/** Returns the meaning of a placeholder in file names. */
export function placeholderName(placeholder: Placeholder): string {
  const names: Record<Placeholder, () => string> = {
    name: m.token_name,
    stem: m.token_stem,
    model: m.token_model,
    date: m.token_date,
    time: m.token_time,
    width: m.token_width,
    height: m.token_height,
    strength: m.token_strength,
    counter: m.token_counter,
    format: m.token_format,
  };
  return names[placeholder]();
}

export function orderName(order: PhotoOrder): string {
  switch (order) {
    case 'opened':
      return m.order_opened();
    case 'blur':
      return m.order_blur();
    case 'name':
      return m.order_name();
    case 'taken':
      return m.order_taken();
  }
}

export function filterName(filter: PhotoFilter): string {
  switch (filter) {
    case 'all':
      return m.filter_all();
    case 'blurred':
      return m.filter_blurred();
    case 'sharp':
      return m.filter_sharp();
    case 'unexported':
      return m.filter_unexported();
    case 'unsaved':
      return m.filter_unsaved();
  }
}
