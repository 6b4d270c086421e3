// What Explore's stores follow while the page is open. Nothing is followed before the page starts them.
import { connectExplore, type ExploreBackend } from './backend.ts';
import { clearWithRun } from './exports.ts';
import { showFirstMap } from './run.ts';
import { followLevel } from './trajectory.ts';

/** Gives the stores of Explore and Export their workers and begins to follow; gives what ends the following. */
export function startExplore(backend: ExploreBackend): () => void {
  connectExplore(backend);
  const ends = [showFirstMap(), followLevel(), clearWithRun()];
  return () => {
    for (const end of ends) end();
  };
}
