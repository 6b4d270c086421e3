// Resolution by place as colours on the surface of the maps' mean.
import { useMemo } from 'react';
import type { ComparedMaps, ComparedPlaces } from '../../../workers/contract.ts';
import { MapView } from '../../viewer3d/map-view.tsx';
import { AngstromKey } from './directions-map.tsx';
import styles from './validate-view.module.css';

type Place = Pick<ComparedMaps, 'boxPixels' | 'pixelSizeAngstrom'>;

export function LocalMap({ local, boxPixels, pixelSizeAngstrom }: Place & { local: ComparedPlaces }) {
  const { values, mesh } = local;
  const { best, worst } = local.onSurface;
  const shade = useMemo(
    () => ({ values, boxPixels, pixelSizeAngstrom, low: best, high: worst }),
    [values, boxPixels, pixelSizeAngstrom, best, worst],
  );
  return (
    <figure className={styles.sphere} data-testid="local-map">
      <div className={styles.localMap}>
        <MapView
          mesh={mesh}
          coloring="variance"
          shade={shade}
          boxAngstrom={boxPixels * pixelSizeAngstrom}
          label="Mean of both maps, coloured by local resolution"
          testId="local-surface"
        />
      </div>
      <AngstromKey low={best} high={worst} name="resolution at 0.5, on the surface" />
    </figure>
  );
}
