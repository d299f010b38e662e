/** Restores a large photo with a small mask, which comes from a sidecar. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { DEFAULT_SETTINGS, newEdit } from '../../src/shared/edit/edit.js';
import { writeEdit } from '../../src/shared/edit/write-edit.js';
import { expect, test } from './test.js';
import { smeared } from './pictures.js';
import type { StageEvent } from './wire.js';

const PHOTO = 'large.jpg';
const [WIDE, HIGH] = [6000, 4000];

/** Largest share of a whole photo's pixels, those of coarser octaves included. */
const MOST_WORK = 0.15;

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
  const stages = editor.wire.results('stage');
  // The last stage is the full size; those before it are coarser octaves.
  const last = Math.max(...stages.map(({ stage }) => stage));
  const full = stages.filter(({ stage }) => stage === last);
  expect(full.length).toBeGreaterThan(0);
  expect(full.length).toBeLessThanOrEqual(6);
  const pixels = ({ stage, rect }: StageEvent) => (rect.w * rect.h) / 4 ** (last - stage);
  const work = stages.reduce((sum, event) => sum + pixels(event), 0);
  // All octaves of a photo have 4/3 of its pixels.
  expect(work / ((4 / 3) * WIDE * HIGH)).toBeLessThan(MOST_WORK);
});
