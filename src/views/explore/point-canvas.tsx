// The canvas with the points of the landscape. Of very many points a fair sample is drawn, and said so; while the view
// moves a smaller one, not said.
// A drawing context that the browser took away (sleep, another page's demands) is built again when it comes back.
import { useEffect, useMemo, useRef, useState } from 'react';
import { CanvasPoints, WebglPoints, WITHOUT_WEBGL, type PointPainter } from './point-layer.ts';
import { DRAWN, type PointPicture } from './point-picture.ts';
import styles from './landscape.module.css';

/** Points a layer while the view moves, when there are more than are drawn at rest. */
const WHILE_MOVING = 50_000;
const REST_MILLISECONDS = 180;

interface PointCanvasProps {
  picture: Omit<PointPicture, 'pixelRatio' | 'atMost'>;
}

export function PointCanvas({ picture }: PointCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [painter, setPainter] = useState<PointPainter | null>(null);
  const [context, setContext] = useState(0);
  const [kind, setKind] = useState<'webgl' | 'plain'>('webgl');
  const { frame, columns } = picture;
  const moving = useMoving(frame.ranges, columns);

  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    let gone = false;
    const made = kind === 'webgl' ? WebglPoints.on(element) : new CanvasPoints(element);
    if (!made) return setKind('plain');
    setPainter(made);
    const stop = new AbortController();
    const { signal } = stop;
    element.addEventListener('webglcontextlost', (event) => event.preventDefault(), { signal });
    element.addEventListener('webglcontextrestored', () => !gone && setContext((count) => count + 1), { signal });
    return () => {
      gone = true;
      stop.abort();
      // A canvas still on the page gets its new painter from the context that came back.
      setTimeout(() => !element.isConnected && made.dispose());
    };
  }, [context, kind]);

  const count = columns.x.length;
  const atMost = painter instanceof CanvasPoints ? WITHOUT_WEBGL : moving && count > DRAWN ? WHILE_MOVING : DRAWN;
  useEffect(() => {
    painter?.draw({ ...picture, pixelRatio: Math.min(devicePixelRatio, 2), atMost });
  }, [painter, picture, atMost]);

  // Of the layer with the most rows: over a density that is the selection alone.
  const rows = Math.max(0, ...picture.layers.map((layer) => layer.rows.length));
  const drawn = Math.min(rows, painter instanceof CanvasPoints ? WITHOUT_WEBGL : DRAWN);
  const place = useMemo(
    () => ({ left: frame.left, top: frame.top, width: frame.width, height: frame.height }),
    [frame.left, frame.top, frame.width, frame.height],
  );
  return (
    <>
      <canvas
        // A canvas that had a context of one kind gives none of another.
        key={kind}
        ref={canvas}
        className={styles.points}
        style={place}
        aria-hidden="true"
        data-testid="landscape-points"
        data-drawn={drawn}
      />
      {drawn < rows && (
        <p className={styles.sample} data-testid="landscape-sample">
          {drawn.toLocaleString('en')} of {rows.toLocaleString('en')} points drawn; selections take all
        </p>
      )}
    </>
  );
}

/** True from a change of the ranges, on the same points, until they have rested. */
function useMoving(ranges: object, columns: object): boolean {
  const [rested, setRested] = useState({ ranges, columns });
  const moving = rested.columns === columns && rested.ranges !== ranges;
  useEffect(() => {
    const timer = setTimeout(() => setRested({ ranges, columns }), REST_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [ranges, columns]);
  return moving;
}
