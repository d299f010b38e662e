import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { encodeForDisplay, type DisplayColour } from '../../src/main/imaging/colour/display.js';
import { iccName, iccSpace } from '../../src/main/imaging/colour/icc.js';

/** Returns the profile that the encoder writes under a name. */
async function profile(name: string): Promise<Buffer> {
  const create = { width: 1, height: 1, channels: 3, background: '#000' } as const;
  const png = await sharp({ create }).withIccProfile(name).png().toBuffer();
  return (await sharp(png).metadata()).icc!;
}

async function shown(colour: readonly number[], meaning: DisplayColour): Promise<number[]> {
  const data = Uint8Array.from({ length: 48 }, (_, i) => colour[i % 3]!);
  const { bytes } = await encodeForDisplay({ width: 4, height: 4, data }, meaning, true);
  const pixels = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
  return [...pixels.subarray(0, 3)];
}

/** Returns the sRGB profile with red and green colourants exchanged: an unknown space. */
function exchanged(icc: Buffer): Buffer {
  const out = Buffer.from(icc);
  const tags = new Map<string, number>();
  for (let i = 0; i < icc.readUInt32BE(128); i++) {
    tags.set(icc.toString('latin1', 132 + i * 12, 136 + i * 12), icc.readUInt32BE(136 + i * 12));
  }
  const [red, green] = [tags.get('rXYZ')!, tags.get('gXYZ')!];
  icc.copy(out, red, green, green + 20);
  icc.copy(out, green, red, red + 20);
  return out;
}

describe('pictures for the screen', () => {
  // Computed per pixel with the transfer curve and the matrix between the primaries.
  it.each([
    [
      [200, 100, 50],
      [187.1, 105.4, 62.0],
    ],
    [
      [255, 255, 255],
      [255, 255, 255],
    ],
    [
      [0, 255, 0],
      [116.9, 251.2, 76.1],
    ],
    [
      [30, 10, 5],
      [27.4, 11.1, 6.0],
    ],
  ])('show sRGB %o as %o', async (colour, expected) => {
    const srgb = await shown(colour, { kind: 'srgb' });
    srgb.forEach((value, c) => expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(1));
    // The conversion through a profile yields the same colours.
    const other = await shown(colour, { kind: 'profile', icc: await profile('srgb') });
    other.forEach((value, c) => expect(Math.abs(value - expected[c]!)).toBeLessThanOrEqual(1));
  });

  it('follow an unknown profile and do not clip colours outside of sRGB', async () => {
    const odd = { kind: 'profile', icc: exchanged(await profile('srgb')) } as const;
    expect(await shown([0, 255, 0], odd)).toEqual(await shown([255, 0, 0], { kind: 'srgb' }));
    const wide = { kind: 'profile', icc: await profile('p3') } as const;
    expect(await shown([255, 10, 0], wide)).toEqual([255, 10, 0]);
    expect(await shown([255, 10, 0], { kind: 'p3' })).toEqual([255, 10, 0]);
  });
});

describe('an ICC profile', () => {
  it('has a name and a colour space', async () => {
    expect(iccName(await profile('srgb'))).toMatch(/sRGB/i);
    expect(iccName(await profile('p3'))).not.toBeNull();
    expect(iccSpace(await profile('p3'))).toBe('RGB ');
    expect(iccName(Buffer.from('no profile'))).toBeNull();
    const cut = (await profile('p3')).subarray(0, 150);
    expect(iccName(cut)).toBeNull();
  });
});
