/** The one place that loads sharp: its cache would hold decoded photos that nobody asks for twice. */
import sharp from 'sharp';

sharp.cache(false);

export { sharp };
