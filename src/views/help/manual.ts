// The manual of docs/MANUAL.md as Help shows it: its text, its headings with their addresses, its pictures by name.
import text from '../../../docs/MANUAL.md?raw';
import { headingsOf, withoutComments } from './headings.ts';

export const MANUAL = withoutComments(text);
export const HEADINGS = headingsOf(MANUAL);

const FILES: Record<string, string> = import.meta.glob('../../../docs/pictures/*.webp', {
  eager: true,
  query: '?url',
  import: 'default',
});

/** Address in the bundle of a picture that the manual names as `pictures/NAME.webp`. */
export function pictureAddress(source: string): string | undefined {
  return FILES[`../../../docs/${source}`];
}
