// How the maps look: colours, light, transparency, slices. A popover, so that the map keeps the room.
import { SlidersHorizontal } from 'lucide-react';
import { type MapLook, setLook, showMask, useExplore, useMaps, useMask } from '../../stores/explore/index.ts';
import { IconButton } from '../../ui/button.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { MapFinishFields } from './map-finish.tsx';
import styles from './map-look.module.css';

export function MapLookPopover() {
  const look = useMaps((state) => state.look);
  const run = useExplore((state) => state.run);
  const maskShown = useMask((state) => state.shown && state.run?.id === run?.id);
  const components = run?.can.components === true;
  const percent = (label: string, key: 'opacity', min: number) => (
    <Slider
      label={label}
      value={Math.round(look[key] * 100)}
      min={min}
      max={100}
      step={1}
      unit="%"
      onChange={(value) => setLook({ [key]: value / 100 })}
      testId={`look-${key}`}
    />
  );
  return (
    <Popover
      label="Look of the maps"
      testId="map-look"
      trigger={
        <IconButton size="s" label="Look: colour, light, sections" icon={<SlidersHorizontal />} testId="open-look" />
      }
    >
      <div className={styles.look}>
        <div className={styles.lookRow}>
          <span>Colours</span>
          <ColorBox
            label="Colour of A"
            value={look.colorA}
            onChange={(colorA) => setLook({ colorA })}
            testId="color-a"
          />
          <ColorBox
            label="Colour of B"
            value={look.colorB}
            onChange={(colorB) => setLook({ colorB })}
            testId="color-b"
          />
        </div>
        <Segmented
          label="Colour the surface by"
          small
          fill
          value={look.coloring === 'variance' && !components ? 'solid' : look.coloring}
          options={[
            { value: 'solid', label: 'One colour' },
            { value: 'radius', label: 'Radius' },
            { value: 'height', label: 'Height' },
            ...(components ? [{ value: 'variance' as const, label: 'Variance' }] : []),
          ]}
          onChange={(coloring) => setLook({ coloring })}
          testId="look-coloring"
        />
        <Segmented
          label="Light"
          small
          fill
          value={look.lighting}
          options={[
            { value: 'soft', label: 'Soft light' },
            { value: 'studio', label: 'Studio' },
            { value: 'flat', label: 'Flat' },
          ]}
          onChange={(lighting) => setLook({ lighting })}
          testId="look-lighting"
        />
        {percent('Opacity', 'opacity', 10)}
        <Switch
          label="Surface"
          checked={look.surface}
          onChange={(surface) => setLook({ surface })}
          testId="look-surface"
        />
        <Switch
          label="Outline of the box"
          checked={look.outlined}
          onChange={(outlined) => setLook({ outlined })}
          testId="look-outlined"
        />
        {run?.can.mask && (
          <Switch
            label="Solvent mask over the map"
            checked={maskShown}
            onChange={(on) => showMask(run, on)}
            testId="look-mask"
          />
        )}
        {run && <MapFinishFields run={run} />}
        <div className={styles.slices}>
          <span className={styles.lookHead}>Sections</span>
          {(['x', 'y', 'z'] as const).map((axis) => (
            <SliceRow key={axis} axis={axis} look={look} />
          ))}
        </div>
      </div>
    </Popover>
  );
}

function SliceRow({ axis, look }: { axis: 'x' | 'y' | 'z'; look: MapLook }) {
  const key = ({ x: 'sliceX', y: 'sliceY', z: 'sliceZ' } as const)[axis];
  const at = look[key];
  return (
    <div className={styles.sliceRow}>
      <Switch
        label={axis}
        checked={at !== null}
        onChange={(on) => setLook({ [key]: on ? 0.5 : null })}
        testId={`slice-${axis}`}
      />
      <input
        type="range"
        aria-label={`Position of the ${axis} section`}
        min={0}
        max={1}
        step={0.01}
        value={at ?? 0.5}
        disabled={at === null}
        data-testid={`slice-${axis}-position`}
        onChange={(event) => setLook({ [key]: Number(event.target.value) })}
      />
    </div>
  );
}

interface ColorBoxProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  testId: string;
}
function ColorBox({ label, value, onChange, testId }: ColorBoxProps) {
  return (
    <label className={styles.colorBox}>
      <input
        type="color"
        aria-label={label}
        value={value}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value)}
      />
      {label.at(-1)}
    </label>
  );
}
