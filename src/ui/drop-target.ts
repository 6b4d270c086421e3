// A place that takes dropped files.
import { useState, type DragEvent } from 'react';

/** Handlers of the place, and whether files are held over it; enter and leave come for every child, so they are counted. */
export function useDropTarget(onDrop: (event: DragEvent) => void) {
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
        onDrop(event);
      },
    },
  };
}
