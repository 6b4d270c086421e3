// The workers, connected once for the page. Components never hold them; they call verbs of the stores.
import { connectStudio, type Studio } from '../../workers/client.ts';
import { connectExplore } from './explore/backend.ts';

export type { Studio };
let connected: Studio | null = null;

export function studio(): Studio {
  if (!connected) {
    connected = connectStudio();
    connectExplore(connected);
  }
  return connected;
}
