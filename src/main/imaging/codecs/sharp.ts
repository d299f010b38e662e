/** Loads sharp without its cache, which would keep decoded photos that are read only once. */
import sharp from 'sharp';

sharp.cache(false);

export { sharp };
