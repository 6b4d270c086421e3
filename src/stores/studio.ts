// The workers, connected once for the page. Components never hold them; they call verbs of the stores.
import { connectStudio, type Studio } from '../../workers/client.ts';

export type { Studio };
let connected: Studio | null = null;

/** The workers; the first call starts them. */
export function studio(): Studio {
  connected ??= connectStudio();
  return connected;
}
