/** Reads and validates `plugin.json`. */
import { UnsmearError } from '../../shared/core/errors.js';
import { Manifest } from '../../shared/contracts/manifest.js';
import { readRegularText } from '../storage/regular-file.js';

const MAX_BYTES = 1 << 20;

/**
 * Returns the manifest in the file `path`, with defaults filled in. Throws `plugin-missing` without
 * a file, and `plugin-invalid` with the first problem.
 */
export async function readManifest(path: string): Promise<Manifest> {
  const text = await readRegularText(path, MAX_BYTES).catch((error: unknown) => {
    if (error instanceof UnsmearError) throw new UnsmearError('plugin-invalid', error.message);
    throw new UnsmearError('plugin-missing', `There is no plug-in at ${path}.`, { cause: error });
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
