/** Reads a plug-in's manifest. */
import { join } from 'node:path';
import { UnsmearError } from '../../shared/core/errors.js';
import { Manifest } from '../../shared/contracts/manifest.js';
import { readRegularText } from '../storage/regular-file.js';

/** Larger files are no manifests. */
const MAX_BYTES = 1 << 20;

/** Throws `plugin-missing` or `plugin-invalid`, naming the first thing that is wrong. */
export async function loadManifest(folder: string): Promise<Manifest> {
  const path = join(folder, 'plugin.json');
  const text = await readRegularText(path, MAX_BYTES).catch((error: unknown) => {
    if (error instanceof UnsmearError) throw new UnsmearError('plugin-invalid', error.message);
    throw new UnsmearError('plugin-missing', `There is no plug-in in ${folder}.`, { cause: error });
  });
  if (text === null) throw new UnsmearError('plugin-invalid', `${path} is larger than 1 MB.`);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new UnsmearError('plugin-invalid', `${path} is not JSON.`, { cause: error });
  }
  const parsed = Manifest.safeParse(data);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = issue?.path.join('.') ?? '';
  throw new UnsmearError('plugin-invalid', `${path}: ${where} ${issue?.message ?? 'is wrong'}.`);
}
