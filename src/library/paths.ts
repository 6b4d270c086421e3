// Paths within a storage: relative, '/'-separated, no way out of the root.
import { VitrineError } from '../base/errors.ts';

/** The parts of a path; an empty list is the root. Error 'storage' for '..', absolute paths and backslashes. */
export function pathParts(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.some((part) => part === '..' || part.includes('\\')))
    throw new VitrineError('storage', `“${path}” is not a path within the storage.`);
  return parts;
}

/** The content as bytes; text in UTF-8. */
export function bytesOf(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** The 'storage' error for a full disk or an exhausted quota; anything else is passed on as it is. */
export function storageFailure(error: unknown, path: string): unknown {
  const { name, code } = (error ?? {}) as { name?: string; code?: string };
  const full =
    name === 'QuotaExceededError' ||
    name === 'NS_ERROR_DOM_QUOTA_REACHED' ||
    code === 'ENOSPC' ||
    code === 'EDQUOT' ||
    code === 'QUOTA_EXCEEDED_ERR';
  if (full)
    return new VitrineError('storage', 'There is no room left to keep this.', {
      file: path,
      advice:
        'Remove runs or datasets that are no longer needed, or free space on the disk, and go on from the last epoch.',
    });
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM')
    return new VitrineError('storage', 'This place cannot be written to.', {
      file: path,
      advice: 'Choose a folder you may write to.',
    });
  return error;
}
