// The maps of a walk in a row; of maps made from images also how far halves of them agree, and the model with them.
import type { MapHandle } from '../../../workers/contract.ts';
import { pause, showFrame, useMaps, useTrajectory } from '../../stores/explore/index.ts';
import { resolutionAt } from './fsc-resolution.ts';
import { MapThumbnail } from './map-thumbnail.tsx';
import styles from './tabs.module.css';

export function FilmStrip() {
  const frames = useTrajectory((state) => state.frames);
  const frame = useTrajectory((state) => state.frame);
  const color = useMaps((state) => state.look.colorA);
  return (
    <ol className={styles.film}>
      {frames.map((shown, i) => (
        <li key={i}>
          <button
            type="button"
            className={styles.filmFrame}
            aria-current={i === frame}
            aria-label={`Frame ${i + 1}`}
            disabled={!shown}
            onClick={() => {
              pause();
              showFrame(i);
            }}
          >
            <MapThumbnail mesh={shown?.mesh ?? null} map={shown?.map ?? null} color={color} label="" />
          </button>
          {shown && <Agreement map={shown.map} />}
        </li>
      ))}
    </ol>
  );
}

function Agreement({ map: { made, boxPixels, pixelSizeAngstrom } }: { map: MapHandle }) {
  if (!made?.model) return null;
  const far = (fsc: Float32Array, threshold: number) => {
    const angstrom = resolutionAt(fsc, threshold, boxPixels * pixelSizeAngstrom);
    return angstrom === null ? `≤ ${(2 * pixelSizeAngstrom).toFixed(1)} Å` : `${angstrom.toFixed(1)} Å`;
  };
  const [halves, model] = [far(made.fsc, 0.143), far(made.model, 0.5)];
  return (
    <p
      className={styles.filmNote}
      data-testid="window-agreement"
      title={`${made.images.toLocaleString('en')} particles; halves of them agree to ${halves} (0.143, masked), the model's map with them to ${model} (0.5)`}
    >
      <span>halves {halves}</span>
      <span>model {model}</span>
    </p>
  );
}
