/**
 * Entry of the thread that decodes one HEIC photo. Decoding takes seconds, a damaged file may crash
 * the decoder, and its memory is only freed at the end of the thread.
 */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import loadLibheif, { type Libheif } from 'libheif-js/libheif-wasm/libheif-bundle.mjs';
import type { HeifPixels, HeifWanted } from './heif.js';
import type { Samples } from '../colour/samples.js';

const RGB = 1;
const INTERLEAVED = 10;
const WORD = 4;
/** Size of libheif's error structure: a code, a subcode, a text. */
const ERROR_BYTES = 3 * WORD;

/** Offset of `strict_decoding` in the options: after two bytes, four pointers and one byte. */
const STRICT = 5 * WORD + 1;

/** Chroma constants by depth and number of channels. */
const CHROMA = { 8: { 3: 10, 4: 11 }, 16: { 3: 14, 4: 15 } } as const;

function decode(heif: Libheif, { path, channels, depth }: HeifWanted): HeifPixels {
  const file = readFileSync(path);
  const bytes = heif._malloc(file.length);
  heif.HEAPU8.set(file, bytes);
  const context = heif._heif_context_alloc();
  check((error) =>
    heif._heif_context_read_from_memory_without_copy(error, context, bytes, file.length, 0),
  );
  const handle = made((error, into) =>
    heif._heif_context_get_primary_image_handle(error, context, into),
  );
  // Otherwise damaged parts would be filled without an error.
  const strictly = heif._heif_decoding_options_alloc();
  heif.HEAPU8[strictly + STRICT] = 1;
  const image = made((error, into) =>
    heif._heif_decode_image(error, handle, into, RGB, CHROMA[depth][channels], strictly),
  );
  const width = heif._heif_image_get_width(image, INTERLEAVED);
  const height = heif._heif_image_get_height(image, INTERLEAVED);
  const bits = heif._heif_image_get_bits_per_pixel_range(image, INTERLEAVED);
  const into = heif._malloc(WORD);
  const plane = heif._heif_image_get_plane_readonly2(image, INTERLEAVED, into);
  const rows = { plane, stride: word(into), row: width * channels, height };
  const data = depth === 8 ? bytesOf(rows) : wordsOf(rows, bits);
  return { width, height, data, colours: coloursOf(handle) };

  /** Reads memory through a fresh view, because the decoder moves its memory when it grows. */
  function word(at: number): number {
    return heif.HEAPU32[at / WORD]!;
  }

  function check(call: (error: number) => void): void {
    const error = heif._malloc(ERROR_BYTES);
    call(error);
    if (word(error) === 0) return;
    const text = word(error + 2 * WORD);
    const end = heif.HEAPU8.indexOf(0, text);
    throw new Error(Buffer.from(heif.HEAPU8.subarray(text, end)).toString('utf8'));
  }

  function made(call: (error: number, into: number) => void): number {
    const pointer = heif._malloc(WORD);
    check((error) => call(error, pointer));
    return word(pointer);
  }

  function coloursOf(photo: number): HeifPixels['colours'] {
    try {
      const nclx = made((error, at) =>
        heif._heif_image_handle_get_nclx_color_profile(error, photo, at),
      );
      return { primaries: word(nclx + WORD), transfer: word(nclx + 2 * WORD) };
    } catch {
      return null;
    }
  }

  function bytesOf({ plane: from, stride, row, height: count }: typeof rows): Samples {
    const out = new Uint8Array(row * count);
    for (let y = 0; y < count; y++) {
      const at = from + y * stride;
      out.set(heif.HEAPU8.subarray(at, at + row), y * row);
    }
    return out;
  }

  /** Scales ten or twelve bits to sixteen. */
  function wordsOf({ plane: from, stride, row, height: count }: typeof rows, of: number): Samples {
    const out = new Uint16Array(row * count);
    const scale = 65535 / (2 ** of - 1);
    for (let y = 0; y < count; y++) {
      const line = new Uint16Array(heif.HEAPU8.buffer, from + y * stride, row);
      for (let x = 0; x < row; x++) out[y * row + x] = Math.round(line[x]! * scale);
    }
    return out;
  }
}

const pixels = decode(await loadLibheif(), workerData as HeifWanted);
parentPort?.postMessage(pixels, [pixels.data.buffer as ArrayBuffer]);
