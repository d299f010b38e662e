/** Reads files with decoders that the program does not use, as other programs will. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import avif, { init as initAvif } from '@jsquash/avif/decode.js';
import jpeg, { init as initJpeg } from '@jsquash/jpeg/decode.js';
import webp, { init as initWebp } from '@jsquash/webp/decode.js';
import { decode as decodePng } from 'fast-png';
import { decode as decodeTiff } from 'tiff';
import type { OutputFormat } from '../../src/shared/contracts/restore.js';

export interface Read {
  readonly width: number;
  readonly height: number;
  /** Bits per sample of the file; 16 if a decoder widens more than 8. */
  readonly depth: number;
  readonly channels: number;
  /** Interleaved samples. */
  readonly data: Uint8Array | Uint16Array;
}

/** Defines the `ImageData` that decoders for browsers expect. */
class Pixels {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}
Object.assign(globalThis, { ImageData: Pixels });

/** Converts the decoders' types, which name the browser's class. */
type Decode<P> = (bytes: ArrayBuffer, options?: { readonly bitDepth: 16 }) => Promise<P>;
const decodeJpeg = jpeg as unknown as Decode<Pixels>;
const decodeWebp = webp as unknown as Decode<Pixels>;
const decodeAvif = avif as unknown as Decode<Pixels>;
const decodeDeepAvif = avif as unknown as Decode<Pick<Read, 'width' | 'height' | 'data'>>;

const locate = createRequire(import.meta.url);
/** Node's own, of which the types of Node know nothing. */
const { WebAssembly: runtime } = globalThis as unknown as {
  readonly WebAssembly: { compile(code: Uint8Array): Promise<never> };
};
const wasm = (path: string) => runtime.compile(readFileSync(locate.resolve(path)));
await Promise.all([
  initAvif(await wasm('@jsquash/avif/codec/dec/avif_dec.wasm')),
  initJpeg(await wasm('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm')),
  initWebp(await wasm('@jsquash/webp/codec/dec/webp_dec.wasm')),
]);

/** `depth`: bits per sample for the AVIF decoder. */
export async function readPicture(
  path: string,
  format: OutputFormat,
  depth: 8 | 16,
): Promise<Read> {
  const file = readFileSync(path);
  const bytes = Uint8Array.from(file).buffer;
  switch (format) {
    case 'png': {
      const { width, height, channels, data, depth: bits } = decodePng(file);
      return { width, height, channels, depth: bits, data: data as Uint8Array | Uint16Array };
    }
    case 'tiff': {
      const page = decodeTiff(file)[0]!;
      const { width, height, bitsPerSample, samplesPerPixel, data } = page;
      const samples = data as Uint8Array | Uint16Array;
      return { width, height, channels: samplesPerPixel, depth: bitsPerSample, data: samples };
    }
    case 'jpeg':
      return ofBrowser(await decodeJpeg(bytes));
    case 'webp':
      return ofBrowser(await decodeWebp(bytes));
    case 'avif': {
      if (depth === 8) return ofBrowser(await decodeAvif(bytes));
      return { ...(await decodeDeepAvif(bytes, { bitDepth: 16 })), channels: 4, depth: 16 };
    }
  }
}

function ofBrowser({ width, height, data }: Pixels): Read {
  return { width, height, channels: 4, depth: 8, data: new Uint8Array(data) };
}
