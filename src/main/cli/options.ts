/** Options that several subcommands share, and parsers of their values. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import { ProviderChoice } from '../../shared/contracts/providers.js';
import {
  Depth,
  MetadataPolicy,
  OnExist,
  OutputFormat,
  WorkAt,
  type RoiHint,
} from '../../shared/contracts/restore.js';

const FORMATS = OutputFormat.options;

export function number(low: number, high: number, whole = false): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? NaN : Number(text);
    if (value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    const kind = whole ? 'a whole number' : 'a number';
    throw new InvalidArgumentError(`It must be ${kind} from ${low} to ${high}.`);
  };
}

export function tile(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : number(16, 4096, true)(text);
}

export function format(text: string): (typeof FORMATS)[number] {
  const name = { jpg: 'jpeg', tif: 'tiff' }[text.toLowerCase()] ?? text.toLowerCase();
  const found = FORMATS.find((known) => known === name);
  if (found !== undefined) return found;
  throw new InvalidArgumentError(`It must be one of ${FORMATS.join(', ')}.`);
}

export function depth(text: string): Depth {
  const found = Depth.safeParse(Number(text));
  if (found.success) return found.data;
  throw new InvalidArgumentError('It must be 8 or 16.');
}

/** Parses `X,Y,W,H[,STRENGTH]`; repeated options add up. */
export function roi(text: string, previous: readonly RoiHint[] | undefined): RoiHint[] {
  const parts = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  const [x = NaN, y = NaN, w = NaN, h = NaN, strength = 1] = parts;
  const ok =
    (parts.length === 4 || parts.length === 5) &&
    parts.every(Number.isFinite) &&
    x >= 0 &&
    y >= 0 &&
    w > 0 &&
    h > 0 &&
    strength >= 0 &&
    strength <= 1;
  if (ok) return [...(previous ?? []), { x, y, w, h, strength }];
  throw new InvalidArgumentError(
    'It must be X,Y,WIDTH,HEIGHT or X,Y,WIDTH,HEIGHT,STRENGTH (strength 0 to 1).',
  );
}

/** Options of every command that runs the network. */
export interface NetworkOptions {
  readonly model?: string;
  readonly provider: ProviderChoice;
  readonly tile: number | 'auto';
  readonly workAt: WorkAt;
  readonly budget: number;
  readonly selfEnsemble: boolean;
  readonly skip: boolean;
}

export function addNetworkOptions(command: Command): Command {
  return command
    .option('--model <id>', 'model to use (default: the first that "unsmear models" lists)')
    .addOption(
      new Option('--provider <id>', 'what computes')
        .choices(ProviderChoice.options)
        .default('auto'),
    )
    .option('--tile <side>', 'side of a tile in pixels, or auto', tile, 'auto')
    .addOption(
      new Option(
        '--work-at <size>',
        'size at which the photo is restored; auto follows the length of the blur',
      )
        .choices(WorkAt.options)
        .default('auto'),
    )
    .option('--budget <factor>', "factor on the network's sampling share", number(0, 16), 1)
    .option(
      '--self-ensemble',
      'average eight mirrored and turned copies of each tile: slightly better, 8 x slower',
      false,
    )
    .option('--no-skip', 'process every tile, sharp ones too');
}

/** Returns the engine's settings, except the plug-in. */
export function networkSettings({
  provider,
  tile,
  workAt,
  budget,
  selfEnsemble,
  skip,
}: NetworkOptions): Omit<NetworkOptions, 'model'> {
  return { provider, tile, workAt, budget, selfEnsemble, skip };
}

/** Parses the share of the removed grain to put back; `auto` = all of it. */
export function grain(text: string): number {
  return text === 'auto' ? 1 : number(0, 1)(text);
}

/** Options of every command that writes photos. */
export interface FileOptions {
  readonly grain: number;
  readonly format?: ReturnType<typeof format>;
  readonly quality?: number;
  readonly depth?: Depth;
  readonly metadata: MetadataPolicy;
  readonly onExist: OnExist;
}

export function addFileOptions(command: Command): Command {
  return command
    .option(
      '--grain <amount>',
      'grain where blur was removed: auto (as in the rest of the photo), or 0 (none) to 1',
      grain,
      1,
    )
    .option('--format <name>', `${FORMATS.join(', ')} (default: as the input)`, format)
    .option('--quality <1..100>', 'of lossy formats', number(1, 100, true))
    .option(
      '--depth <bits>',
      'per channel: 8 or 16, with which avif gets its 12 (default: as the input)',
      depth,
    )
    .addOption(
      new Option('--metadata <policy>', 'what is kept of the photo')
        .choices(MetadataPolicy.options)
        .default('all'),
    )
    .addOption(
      new Option('--on-exist <policy>', 'when the output exists')
        .choices(OnExist.options)
        .default('rename'),
    );
}

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'one JSON document on stdout', false)
    .option('--quiet', 'say nothing but errors', false);
}
