/** XMP packets for an upright, restored photo: plain text edits, the rest stays byte for byte. */

/** Names of positions under any prefix: `exif:GPSLatitude`, and what drones write in their own. */
const POSITION = String.raw`[\w-]+:(?:GPS\w*|(?:Absolute|Relative)?Altitude|Latitude|Longt?itude|RtkStd(?:Lat|Lon|Hgt))`;

/** Orientation 1, no thumbnail (it would stay blurred), and no position unless it is kept. */
export function uprightXmp(xmp: Uint8Array, keepGps: boolean): Uint8Array {
  const source = Buffer.from(xmp).toString('utf8');
  let text = source
    .replace(/(tiff:Orientation\s*=\s*["'])\d(["'])/g, '$11$2')
    .replace(/(<tiff:Orientation>)\s*\d\s*(<\/tiff:Orientation>)/g, '$11$2')
    .replace(/<xmp:Thumbnails>[\s\S]*?<\/xmp:Thumbnails>/g, '');
  if (!keepGps) {
    text = text
      .replace(new RegExp(`\\s+${POSITION}\\s*=\\s*("[^"]*"|'[^']*')`, 'gi'), '')
      .replace(new RegExp(`<(${POSITION})(\\s[^>]*)?(/>|>[\\s\\S]*?</\\1>)`, 'gi'), '');
  }
  return text === source ? xmp : Buffer.from(text, 'utf8');
}
