// The apparent free energy, grey where it is not known, with the caution beside it; and a path of least resistance between two states.
import { useMemo, useRef } from 'react';
import { Download, Play } from 'lucide-react';
import type { PlotlyHTMLElement } from 'plotly.js';
import type { FreeEnergy, Landscape, LandscapePath } from '../../../../workers/contract.ts';
import {
  computeFreeEnergy,
  computePath,
  playPath,
  setFreeEnergy,
  useExplore,
  useFreeEnergy,
  useStates,
  useTrajectory,
} from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { chartSvg } from '../../../ui/chart.tsx';
import { NoticeCard } from '../../../ui/notice-card.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { Select } from '../../../ui/select.tsx';
import { NumberField } from '../../../ui/text-field.tsx';
import { useThemeColors } from '../../../ui/theme-colors.ts';
import { saveFile } from '../../export/download.ts';
import { Walk } from '../trajectory-tab.tsx';
import { FreeEnergyChart } from './free-energy-chart.tsx';
import styles from './states.module.css';

export function FreeEnergyPanel({ landscape }: { landscape: Landscape }) {
  const { freeEnergy, path } = landscape;
  const drawn = useRef<PlotlyHTMLElement | null>(null);
  const theme = useThemeColors();
  const isSeen = freeEnergy !== null && freeEnergy.axes.length < 3;
  const save = async () => {
    if (drawn.current) saveFile('free_energy.svg', await chartSvg(drawn.current, theme.surface));
  };
  return (
    <div className={styles.charts}>
      <div className={styles.block}>
        <AxesFields landscape={landscape} onSave={isSeen ? () => void save() : null} />
        {freeEnergy && isSeen && (
          <FreeEnergyChart
            energy={freeEnergy}
            path={path && isOn(path, freeEnergy) ? path : null}
            onReady={(element) => (drawn.current = element)}
          />
        )}
        {freeEnergy?.axes.length === 3 && (
          <p className={styles.quiet}>
            The energy that is kept is on three axes, as the command line made it: it is written in files (Save all).
            Choose one or two axes here to see it.
          </p>
        )}
      </div>
      <div className={styles.block}>
        {freeEnergy && <Caution energy={freeEnergy} />}
        {freeEnergy && <PathFields landscape={landscape} />}
      </div>
    </div>
  );
}

function isOn({ points, frames }: LandscapePath, { axes }: FreeEnergy): boolean {
  return points.length === frames * axes.length;
}

interface AxesFieldsProps {
  landscape: Landscape;
  /** Of the picture; null where there is none. */
  onSave: (() => void) | null;
}
function AxesFields({ landscape, onSave }: AxesFieldsProps) {
  const space = useFreeEnergy((state) => state.space);
  const axes = useFreeEnergy((state) => state.axes);
  const work = useStates((state) => state.work);
  const zDim = useExplore((state) => state.latents?.zDim ?? 1);
  const inVolumes = landscape.particles?.components ?? 0;
  const dimensions = space === 'latent' ? zDim : inVolumes;
  const names = useMemo(
    () =>
      Array.from({ length: dimensions }, (_, c) => ({
        value: String(c),
        label: space === 'latent' ? `Latent PC${c + 1}` : `Volume PC${c + 1}`,
      })),
    [dimensions, space],
  );
  const shown = axes.filter((axis) => axis < dimensions);
  const first = shown[0] ?? 0;
  const second = shown[1];
  return (
    <div className={styles.row}>
      <Segmented<'latent' | 'volume'>
        label="Space"
        small
        value={space}
        options={[
          { value: 'latent', label: 'Latents' },
          {
            ...{ value: 'volume', label: 'Volumes', disabled: inVolumes === 0 },
            ...(inVolumes === 0 && { title: 'All particles have to be placed in volume space first' }),
          },
        ]}
        onChange={(value) =>
          setFreeEnergy({ space: value, axes: [0, 1].slice(0, value === 'latent' ? zDim : inVolumes) })
        }
        testId="energy-space"
      />
      <Select
        label="First axis"
        hideLabel
        small
        value={String(first)}
        options={names}
        onChange={(value) =>
          setFreeEnergy({ axes: [Number(value), ...shown.slice(1).filter((c) => c !== Number(value))] })
        }
        testId="energy-x"
      />
      <Select
        label="Second axis"
        hideLabel
        small
        value={second === undefined ? 'none' : String(second)}
        options={[{ value: 'none', label: 'No second axis' }, ...names.filter(({ value }) => value !== String(first))]}
        onChange={(value) => setFreeEnergy({ axes: value === 'none' ? [first] : [first, Number(value)] })}
        testId="energy-y"
      />
      <Button
        size="s"
        variant="primary"
        disabled={work !== null}
        onClick={() => {
          setFreeEnergy({ axes: second === undefined ? [first] : [first, second] });
          void computeFreeEnergy();
        }}
        testId="energy-compute"
      >
        Compute
      </Button>
      {onSave && (
        <Button size="s" icon={<Download />} title="The picture as an SVG file" onClick={onSave} testId="energy-save">
          SVG
        </Button>
      )}
    </div>
  );
}

function Caution({ energy: { caution, noiseShare, bootstrap, cells } }: { energy: FreeEnergy }) {
  return (
    <div className={styles.caution} role="note" data-testid="energy-caution">
      <p>{caution}</p>
      <p className={styles.quiet}>
        {noiseShare !== null && `${(100 * noiseShare).toFixed(0)} % of the variance here is noise of the latents. `}
        Grey: fewer than 10 particles, or not known to half a kT by resampling {bootstrap}.
      </p>
      {cells && (
        <p className={styles.quiet} data-testid="energy-cells">
          {cells}
        </p>
      )}
    </div>
  );
}

function PathFields({ landscape }: { landscape: Landscape }) {
  const { states, path, freeEnergy } = landscape;
  const fromState = useFreeEnergy((state) => state.fromState);
  const toState = useFreeEnergy((state) => state.toState);
  const frames = useFreeEnergy((state) => state.frames);
  const work = useStates((state) => state.work);
  const walk = useTrajectory((state) => state.frames.length);
  const error = useTrajectory((state) => state.error);
  const options = Array.from({ length: states.count }, (_, state) => ({
    value: String(state),
    label: `State ${state + 1}`,
  }));
  const isWhole = fromState < states.count && toState < states.count && fromState !== toState;
  return (
    <>
      <div className={styles.row}>
        <strong>Path</strong>
        <Select
          label="From"
          hideLabel
          small
          value={String(fromState)}
          options={options}
          onChange={(value) => setFreeEnergy({ fromState: Number(value) })}
          testId="path-from"
        />
        <span className={styles.quiet}>to</span>
        <Select
          label="To"
          hideLabel
          small
          value={String(toState)}
          options={options}
          onChange={(value) => setFreeEnergy({ toState: Number(value) })}
          testId="path-to"
        />
        <NumberField
          inline
          small
          width={3}
          label="maps"
          value={frames}
          onCommit={(typed) => setFreeEnergy({ frames: Math.max(2, Math.min(100, Math.round(typed))) })}
          testId="path-frames"
        />
        <Button
          size="s"
          disabled={work !== null || !isWhole || !freeEnergy}
          onClick={() => void computePath()}
          testId="path-find"
        >
          Find
        </Button>
        {path && (
          <Button size="s" variant="primary" icon={<Play />} onClick={() => void playPath()} testId="path-play">
            Decode and play
          </Button>
        )}
      </div>
      {path && <p className={styles.quiet}>{path.caution}</p>}
      {error && <NoticeCard notice={error} tone="error" />}
      {walk > 0 && <Walk />}
    </>
  );
}
