// What the maps of a walk are made of: the model's, or those of the particles around each place.
import { boxOfFrames, setTrajectory, useExplore, useTrajectory, windowsOf } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/select.tsx';
import { NumberField } from '../../ui/text-field.tsx';
import styles from './tabs.module.css';

/** How many maps, and of what size. `ready`: whether there is a path. */
export function ModelFields({ ready }: { ready: boolean }) {
  const settings = useTrajectory((state) => state.settings);
  const status = useTrajectory((state) => state.status);
  const run = useExplore((state) => state.run);
  const box = run ? boxOfFrames(run.boxPixels, settings) : 0;
  const wanted = run ? boxOfFrames(run.boxPixels, { ...settings, frames: 1 }) : 0;
  return (
    <>
      <div className={styles.formRow}>
        <NumberField
          inline
          label="Maps"
          small
          width={3}
          value={settings.frames}
          onCommit={(value) => setTrajectory({ frames: Math.min(200, Math.max(2, Math.round(value))) })}
          testId="trajectory-frames"
        />
        <Select
          className={styles.grow}
          label="Size"
          hideLabel
          small
          value={settings.half ? 'half' : 'whole'}
          options={[
            { value: 'whole', label: `Whole, ${run?.boxPixels ?? ''}³` },
            { value: 'half', label: `Half, ${run ? 2 * Math.floor(run.boxPixels / 4) : ''}³ (faster)` },
          ]}
          onChange={(value) => setTrajectory({ half: value === 'half' })}
          testId="trajectory-size"
        />
        <Button
          size="s"
          variant="primary"
          type="submit"
          disabled={!ready || status === 'running'}
          title={`${settings.frames} maps of ${box}³`}
          testId="decode-trajectory"
        >
          Decode
        </Button>
      </div>
      {box < wanted && (
        <p className={styles.quiet} data-testid="trajectory-reduced">
          {settings.frames} maps of {wanted}³ would take {((6 * wanted ** 3 * settings.frames) / 1e9).toFixed(1)} GB of
          memory: they are decoded at {box}³. Fewer maps keep the size.
        </p>
      )}
    </>
  );
}

/** How many windows, and how wide. */
export function WindowFields({ ready }: { ready: boolean }) {
  const settings = useTrajectory((state) => state.settings);
  const status = useTrajectory((state) => state.status);
  const run = useExplore((state) => state.run);
  const particles = useExplore((state) => state.latents?.count ?? 0);
  const boxPixels = run?.boxPixels ?? 0;
  const { windows, images } = windowsOf({ boxPixels, particles }, settings);
  return (
    <>
      <div className={styles.formRow}>
        <NumberField
          inline
          label="Windows"
          small
          width={3}
          value={settings.frames}
          onCommit={(value) => setTrajectory({ frames: Math.min(200, Math.max(2, Math.round(value))) })}
          testId="trajectory-frames"
        />
        <span className={styles.grow} />
        <NumberField
          inline
          label="Particles each"
          small
          width={7}
          value={images}
          onCommit={(value) => setTrajectory({ windowImages: value > 0 ? value : null })}
          testId="window-images"
        />
      </div>
      <p className={styles.quiet} data-testid="window-words">
        Each of the {images.toLocaleString('en')} particles whose latents lie nearest, the nearer the more; with it how
        far halves of them agree, and how far the model’s map agrees with the data.
      </p>
      {windows < settings.frames && (
        <p className={styles.quiet} data-testid="windows-reduced">
          {settings.frames} maps of {boxPixels}³ would take {((6 * boxPixels ** 3 * settings.frames) / 1e9).toFixed(1)}{' '}
          GB of memory: {windows} are made.
        </p>
      )}
      <div className={styles.formRow}>
        {settings.windowImages !== null && (
          <Button
            size="s"
            variant="ghost"
            onClick={() => setTrajectory({ windowImages: null })}
            title="As many particles as make each lie in two windows, on the average"
            testId="window-auto"
          >
            Overlapping width
          </Button>
        )}
        <span className={styles.grow} />
        <Button
          size="s"
          variant="primary"
          type="submit"
          disabled={!ready || status === 'running'}
          title={`${windows} maps of ${boxPixels}³ from the images`}
          testId="decode-trajectory"
        >
          Reconstruct
        </Button>
      </div>
    </>
  );
}
