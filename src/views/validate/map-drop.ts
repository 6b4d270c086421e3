// Maps that are dragged onto the panel.
import { useState, type DragEvent } from 'react';
import { tellError } from '../../stores/shell.ts';
import { dropMaps } from '../../stores/validate.ts';
import { filesOfDrop } from '../data/dropped-files.ts';

/** Enter and leave come for every child, so they are counted. */
export function useMapDrop() {
  const [depth, setDepth] = useState(0);
  return {
    over: depth > 0,
    handlers: {
      onDragEnter: () => setDepth((d) => d + 1),
      onDragLeave: () => setDepth((d) => Math.max(0, d - 1)),
      onDragOver: (event: DragEvent) => event.preventDefault(),
      onDrop(event: DragEvent) {
        event.preventDefault();
        setDepth(0);
        filesOfDrop(event.dataTransfer).then(dropMaps).catch(tellError);
      },
    },
  };
}
