// Resolution by direction on the sphere, and what it means in words.
import { useMemo } from 'react';
import type { ComparedDirections } from '../../../workers/contract.ts';
import { nearestRaster } from '../../ui/sphere-cells.ts';
import { MAP_HEIGHT, MAP_WIDTH, scaleGradient, SphereMap, withBorders } from '../../ui/sphere-map.tsx';
import { RAMP } from '../../viewer3d/ramp.ts';
import { anisotropyWords } from './anisotropy-words.ts';
import styles from './validate-view.module.css';

let raster: { key: string; cells: Int16Array } | null = null;
/** One of the page: directions are the same for all maps. */
function cellsOf(directions: Float64Array): Int16Array {
  const key = directions.join();
  if (raster?.key !== key) raster = { key, cells: withBorders(nearestRaster(MAP_WIDTH, MAP_HEIGHT, directions)) };
  return raster.cells;
}

export function DirectionsMap({ found }: { found: ComparedDirections }) {
  const { directions, resolutionAngstrom, bestAngstrom, worstAngstrom } = found;
  const cells = useMemo(() => cellsOf(directions), [directions]);
  const words = anisotropyWords(found);
  const shares = useMemo(() => {
    const span = worstAngstrom - bestAngstrom;
    return resolutionAngstrom.map((angstrom) => (span > 0 ? (angstrom - bestAngstrom) / span : 0));
  }, [resolutionAngstrom, bestAngstrom, worstAngstrom]);
  return (
    <figure className={styles.sphere} data-testid="directions-map">
      <div className={styles.sphereMap}>
        <SphereMap
          cells={cells}
          shares={shares}
          scale={RAMP}
          label={`Resolution by direction. ${words.sentence}`}
          tip={({ cell, rotDegrees, tiltDegrees }) => (
            <>
              <strong>{resolutionAngstrom[cell].toFixed(2)} Å</strong>
              <span>
                rot {Math.round(rotDegrees)}°, tilt {Math.round(tiltDegrees)}°
              </span>
            </>
          )}
        />
      </div>
      <AngstromKey low={bestAngstrom} high={worstAngstrom} name="resolution at 0.143, by direction in Fourier space" />
      <figcaption data-testid="anisotropy" data-verdict={words.verdict}>
        <strong>{words.sentence}</strong> {words.advice}
      </figcaption>
    </figure>
  );
}

/** Colours from the best to the worst resolution, Å. */
export function AngstromKey({ name, low, high }: { name: string; low: number; high: number }) {
  return (
    <div className={styles.angstromKey}>
      <span>{name}</span>
      <span className={styles.angstromScale}>
        <span>{low.toFixed(2)} Å</span>
        <span className={styles.ramp} style={{ background: scaleGradient(RAMP) }} aria-hidden="true" />
        <span>{high.toFixed(2)} Å</span>
      </span>
    </div>
  );
}
