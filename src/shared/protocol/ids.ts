/** Opaque ids that the editor gets instead of paths. */
import { z } from 'zod';

/** A file or folder that the host listed, or that the user uploaded, dropped or chose. */
export const FileRef = z.string().regex(/^f-[a-z0-9]{16,64}$/);
export type FileRef = z.infer<typeof FileRef>;

/** An open photo. */
export const PhotoId = z.string().regex(/^p-[a-z0-9]{8,32}$/);
export type PhotoId = z.infer<typeof PhotoId>;

/** The result of a photo for one combination of `ResultSettings`. */
export const ResultId = z.string().regex(/^r-[a-z0-9]{8,32}$/);
export type ResultId = z.infer<typeof ResultId>;
