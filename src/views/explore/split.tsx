// Two panes with a border that can be dragged, or moved by arrow keys; the place is remembered in this browser. On a narrow screen
// one stands below the other, each as high as it asks for.
import { useRef, useState, type CSSProperties, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react';
import styles from './split.module.css';

export interface SplitProps {
  /** 'row': side by side. */
  direction: 'row' | 'column';
  /** Share of the first pane to begin with. */
  initial: number;
  min?: number;
  max?: number;
  /** Name of the border, for screen readers and memory. */
  name: string;
  first: ReactNode;
  second: ReactNode;
}

function remembered(name: string): number | null {
  try {
    const value = Number(localStorage.getItem(`split:${name}`));
    return value > 0 && value < 1 ? value : null;
  } catch {
    // Storage may be forbidden; the border then begins anew each time.
    return null;
  }
}

export function Split({ direction, initial, min = 0.2, max = 0.8, name, first, second }: SplitProps) {
  const host = useRef<HTMLDivElement>(null);
  const [share, setShare] = useState(() => remembered(name) ?? initial);
  const row = direction === 'row';
  const move = (next: number) => {
    const value = Math.min(max, Math.max(min, next));
    setShare(value);
    try {
      localStorage.setItem(`split:${name}`, String(value));
    } catch {
      // As above.
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const box = host.current?.getBoundingClientRect();
    if (!box || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    move(row ? (event.clientX - box.left) / box.width : (event.clientY - box.top) / box.height);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -0.02, ArrowUp: -0.02, ArrowRight: 0.02, ArrowDown: 0.02 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    move(share + step);
  };
  const tracks = `minmax(0, ${share}fr) auto minmax(0, ${1 - share}fr)`;
  return (
    <div ref={host} className={styles.split} data-direction={direction} style={{ '--tracks': tracks } as CSSProperties}>
      <div className={styles.pane}>{first}</div>
      <div
        className={styles.border}
        role="separator"
        tabIndex={0}
        aria-label={name}
        aria-orientation={row ? 'vertical' : 'horizontal'}
        aria-valuenow={Math.round(share * 100)}
        aria-valuemin={Math.round(min * 100)}
        aria-valuemax={Math.round(max * 100)}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDoubleClick={() => move(initial)}
        onKeyDown={onKeyDown}
      />
      <div className={styles.pane}>{second}</div>
    </div>
  );
}
