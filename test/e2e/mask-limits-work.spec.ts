/** Restores a large photo with a small mask, which comes from a sidecar. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { DEFAULT_SETTINGS, newEdit } from '../../src/shared/edit/edit.js';
import { writeEdit } from '../../src/shared/edit/write-edit.js';
import { expect, test } from './test.js';
import { smeared } from './pictures.js';

const PHOTO = 'large.jpg';
const [WIDE, HIGH] = [6000, 4000];

test('a mask of 1 % of 24 megapixels computes at most 6 tiles of the full size', async ({
  editor,
  host,
}) => {
  const path = join(host.photos, PHOTO);
  const small = await smeared(750, 500, 7).png().toBuffer();
  await sharp(small).resize(WIDE, HIGH).jpeg().toFile(path);
  const bytes = readFileSync(path);
  const identity = {
    ...{ name: PHOTO, width: WIDE, height: HIGH, bytes: bytes.length },
    hash: createHash('sha256').update(bytes).digest('hex'),
  };
  const box = { kind: 'rectangle', mode: 'add', x: 2500, y: 1700, w: 600, h: 400 } as const;
  const settings = { ...DEFAULT_SETTINGS, skip: false, regions: { operations: [box] } };
  const edit = writeEdit(newEdit(identity, Date.now(), settings));
  writeFileSync(`${path}.unsmear.json`, JSON.stringify(edit));

  await editor.show(PHOTO);
  await editor.panel('Regions').click();
  await expect(editor.regions).toHaveCount(1);
  await editor.restore();
  await editor.isRestored();
  // The last stage is the full size; the tiles of the others are coarser octaves.
  const stages = editor.wire.results('stage').map(({ stage }) => stage);
  const full = stages.filter((stage) => stage === Math.max(...stages));
  expect(full.length).toBeGreaterThan(0);
  expect(full.length).toBeLessThanOrEqual(6);
});
