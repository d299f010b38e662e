/** Display P3, the colour space of telephones and of most screens. */
import { sharp } from '../codecs/sharp.js';

let profile: Promise<Uint8Array> | null = null;

/** Returns the encoder's own Display P3 profile. */
export function displayP3(): Promise<Uint8Array> {
  profile ??= (async () => {
    const pixel = sharp(new Uint8Array(3), { raw: { width: 1, height: 1, channels: 3 } });
    const png = await pixel.withIccProfile('p3').png().toBuffer();
    return (await sharp(png).metadata()).icc ?? new Uint8Array();
  })();
  return profile;
}
