/** Opaque names that cross the boundary between editor and host. Never a path. */
import { z } from 'zod';

/** A file or folder that the host has shown to this editor, or was given by an upload or a drop. */
export const FileRef = z.string().regex(/^f-[a-z0-9]{16,64}$/);
export type FileRef = z.infer<typeof FileRef>;

/** An open photo. */
export const PhotoId = z.string().regex(/^p-[a-z0-9]{8,32}$/);
export type PhotoId = z.infer<typeof PhotoId>;

/** One set of results of a photo: those of one plug-in with one set of hints and options. */
export const ResultId = z.string().regex(/^r-[a-z0-9]{8,32}$/);
export type ResultId = z.infer<typeof ResultId>;
