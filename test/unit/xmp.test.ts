/** Removes positions from XMP packets. */
import { describe, expect, it } from 'vitest';
import { uprightXmp } from '../../src/main/imaging/metadata/xmp.js';

const packet = (attributes: string, elements: string) =>
  `<rdf:Description dc:title="Bay" ${attributes}>${elements}<dc:format>image/jpeg</dc:format></rdf:Description>`;

function edited(text: string, keepGps: boolean): string {
  return Buffer.from(uprightXmp(Buffer.from(text), keepGps) ?? []).toString();
}

describe('without the position', () => {
  it.each([
    ['exif:GPSLatitude="52,30.5N" exif:GPSLongitude="13,22E"', ''],
    ['', '<exif:GPSLatitude>52,30.5N</exif:GPSLatitude><exif:GPSVersionID/>'],
    ['drone-dji:GpsLatitude="52.5" drone-dji:GpsLongtitude="13.4"', ''],
    ['drone-dji:Latitude="52.5" drone-dji:Longitude="13.4" drone-dji:AbsoluteAltitude="+99"', ''],
    ['', '<drone-dji:RtkStdLat>52.5</drone-dji:RtkStdLat>'],
  ])('%s%s', (attributes, elements) => {
    const text = edited(packet(attributes, elements), false);
    expect(text).not.toMatch(/52|13|99|gps|version/i);
    expect(text).toContain('dc:title="Bay"');
    expect(text).toContain('<dc:format>image/jpeg</dc:format>');
  });
});

it('keeps the position if asked to', () => {
  const text = packet('exif:GPSLatitude="52,30.5N"', '');
  expect(edited(text, true)).toBe(text);
});
