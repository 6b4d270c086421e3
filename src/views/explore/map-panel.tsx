// The maps: A, or A and B side by side or one over the other, with level, slices, look, and what can be saved of them.
import { useEffect, useMemo, useRef, type RefObject } from 'react';
import { Box, Camera, Download, Images, Pin, PinOff, X } from 'lucide-react';
import type { Progress, SpreadMap } from '../../../workers/contract.ts';
import { CameraLink } from '../../viewer3d/camera-link.ts';
import { MapView, type MapViewHandle } from '../../viewer3d/map-view.tsx';
import {
  cancelMap,
  dismissMapError,
  exportMaps,
  finishText,
  loadSpread,
  pinAsB,
  reconstructHere,
  setArrangement,
  type ShownMap,
  unpinB,
  useComponents,
  useExplore,
  useExports,
  useMaps,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { saveDataUrl, saveFile } from '../export/download.ts';
import { FscChart, HalfMapFsc } from './fsc-chart.tsx';
import { LevelSlider } from './level-slider.tsx';
import { MapLookPopover } from './map-look.tsx';
import { ShadeKey, StructureKey } from './shade-key.tsx';
import { useShownStructure } from './shown-structure.ts';
import { useMaskSurface, useMaskTools } from './map-mask.ts';
import { useSlices } from './use-slices.ts';
import styles from './map-panel.module.css';

export function MapPanel({ emptyText }: { emptyText: string }) {
  const a = useMaps((state) => state.a);
  const b = useMaps((state) => state.b);
  const arrangement = useMaps((state) => state.arrangement);
  const decoding = useMaps((state) => state.decoding);
  const progress = useMaps((state) => state.progress);
  const look = useMaps((state) => state.look);
  const error = useMaps((state) => state.error);
  const link = useMemo(() => new CameraLink(), []);
  const viewA = useRef<MapViewHandle>(null);
  const viewB = useRef<MapViewHandle>(null);
  const shade = useShade();
  const shell = useMaskSurface();
  const tools = useMaskTools();
  const structure = useShownStructure();
  const slicesA = useSlices(a, look);
  const slicesB = useSlices(arrangement === 'side' ? b : null, look);
  const overlay = arrangement === 'overlay' && b;
  return (
    <section className={styles.panel} aria-label="Map" data-testid="map-panel">
      <MapBar viewA={viewA} viewB={viewB} />
      <div className={styles.busy}>
        {decoding && <ProgressBar thin fraction={progress?.fraction ?? null} label="Decoding the map" />}
        {progress && <DecodingNote progress={progress} />}
      </div>
      {error && (
        <div className={styles.error}>
          <NoticeCard
            notice={error}
            tone="error"
            testId="map-error"
            actions={
              <Button size="s" onClick={dismissMapError}>
                Dismiss
              </Button>
            }
          />
        </div>
      )}
      <div className={styles.views} data-count={arrangement === 'side' && b ? 2 : 1}>
        {a ? (
          <figure className={styles.view}>
            <MapView
              ref={viewA}
              testId="map-a"
              mesh={look.surface ? a.mesh : null}
              color={look.colorA}
              coloring={look.coloring}
              shade={shade}
              opacity={look.opacity}
              overlay={overlay ? { mesh: overlay.mesh, color: look.colorB, opacity: 0.45 } : undefined}
              shell={shell}
              {...tools}
              slices={slicesA}
              structure={structure?.picture ?? null}
              boxAngstrom={a.map.boxPixels * a.map.pixelSizeAngstrom}
              outlined={look.outlined}
              lighting={look.lighting}
              link={link}
              label={`Map A: ${a.label}`}
            />
            <MapLabel slot="A" shown={a} color={look.colorA} />
            {shade && <ShadeKey shade={shade} />}
            {structure?.range && <StructureKey range={structure.range} />}
            {overlay && <MapLabel slot="B" shown={overlay} color={look.colorB} second />}
          </figure>
        ) : (
          <div className={styles.nothing}>
            {decoding ? (
              <EmptyState icon={<Box />} title="Decoding the map…" />
            ) : (
              <EmptyState icon={<Box />} title="No map yet">
                {emptyText}
              </EmptyState>
            )}
          </div>
        )}
        {arrangement === 'side' && b && (
          <figure className={styles.view}>
            <MapView
              ref={viewB}
              testId="map-b"
              mesh={look.surface ? b.mesh : null}
              color={look.colorB}
              coloring={look.coloring}
              shade={shade}
              opacity={look.opacity}
              slices={slicesB}
              boxAngstrom={b.map.boxPixels * b.map.pixelSizeAngstrom}
              outlined={look.outlined}
              lighting={look.lighting}
              link={link}
              label={`Map B: ${b.label}`}
            />
            <MapLabel slot="B" shown={b} color={look.colorB} />
          </figure>
        )}
      </div>
      {b ? <FscChart /> : a?.map.made && <HalfMapFsc map={a.map} made={a.map.made} />}
      {a && <LevelSlider shown={a} />}
    </section>
  );
}

/** How much each voxel varies, where surfaces are coloured by it and the run can say. */
function useShade(): SpreadMap | null {
  const run = useExplore((state) => state.run);
  const wanted = useMaps((state) => state.look.coloring === 'variance');
  const spread = useComponents((state) => state.spread);
  useEffect(() => {
    if (wanted && run) void loadSpread(run);
  }, [wanted, run]);
  return wanted && run && spread?.runId === run.id ? spread.map : null;
}

/** Of a map that takes long: how far it is, and the end of it. Lies over the views, so that nothing moves when it comes. */
function DecodingNote({ progress: { fraction, message } }: { progress: Progress }) {
  return (
    <div className={styles.decoding} data-testid="map-progress">
      <span>
        {message}
        {fraction !== null && ` · ${Math.floor(100 * fraction)} %`}
      </span>
      <IconButton size="s" label="Cancel" icon={<X />} onClick={cancelMap} testId="map-progress-cancel" />
    </div>
  );
}

function MapBar({ viewA, viewB }: Record<'viewA' | 'viewB', RefObject<MapViewHandle | null>>) {
  const a = useMaps((state) => state.a);
  const b = useMaps((state) => state.b);
  const arrangement = useMaps((state) => state.arrangement);
  const busy = useExports((state) => state.busy);
  const decoding = useMaps((state) => state.decoding);
  const whole = a !== null && !a.preview;
  const png = () => {
    for (const [name, view] of [
      ['A', viewA],
      ['B', viewB],
    ] as const) {
      const url = view.current?.toPng();
      if (url) saveDataUrl(`map_${name}.png`, url);
    }
  };
  return (
    <div className={styles.bar}>
      <Segmented
        label="Arrangement of the maps"
        small
        value={arrangement}
        options={[
          { value: 'single', label: 'A' },
          { value: 'side', label: 'A | B', disabled: !b },
          { value: 'overlay', label: 'Overlay', disabled: !b },
        ]}
        onChange={setArrangement}
        testId="arrangement"
      />
      <Button size="s" icon={<Pin />} disabled={!whole} onClick={pinAsB} testId="pin-b">
        Pin as B
      </Button>
      {b && <IconButton size="s" label="Unpin B" icon={<PinOff />} onClick={unpinB} testId="unpin-b" />}
      <Button
        size="s"
        icon={<Images />}
        disabled={!whole || a.map.z.length === 0 || a.map.made !== undefined || decoding}
        title="Make the map at this place from the particle images around it, instead of by the model"
        onClick={reconstructHere}
        testId="reconstruct-here"
      >
        Reconstruct here
      </Button>
      <span className={styles.grow} />
      <div className={styles.directions} role="group" aria-label="Look along">
        {(['x', 'y', 'z', 'home'] as const).map((direction) => (
          <button
            key={direction}
            type="button"
            className={styles.direction}
            disabled={!a}
            aria-label={direction === 'home' ? 'Reset the view' : `Look along ${direction}`}
            title={direction === 'home' ? 'Reset the view' : `Look along ${direction}`}
            data-testid={`look-${direction}`}
            onClick={() => {
              if (direction === 'home') viewA.current?.reset();
              viewA.current?.lookAlong(direction);
            }}
          >
            {direction === 'home' ? '⌂' : direction}
          </button>
        ))}
      </div>
      <MapLookPopover />
      <IconButton
        size="s"
        label="Save the picture (PNG)"
        icon={<Camera />}
        disabled={!a}
        onClick={png}
        testId="save-png"
      />
      <Button
        size="s"
        icon={<Download />}
        disabled={!whole || busy !== null}
        busy={busy === 'maps.current'}
        onClick={() => void exportMaps('current', saveFile)}
        testId="save-mrc"
      >
        MRC
      </Button>
    </div>
  );
}

interface MapLabelProps {
  slot: 'A' | 'B';
  shown: ShownMap;
  color: string;
  second?: boolean;
}
function MapLabel({ slot, shown, color, second }: MapLabelProps) {
  const { map, label, preview } = shown;
  return (
    <figcaption
      className={styles.caption}
      data-second={second}
      data-testid={`map-label-${slot.toLowerCase()}`}
      data-preview={preview}
      data-box={map.boxPixels}
    >
      <span className={styles.dot} style={{ background: color }} />
      <strong>{slot}</strong> {label}
      <span className={styles.quiet}>
        {preview ? `preview ${map.boxPixels}³…` : `${map.boxPixels}³ · ${map.pixelSizeAngstrom.toFixed(2)} Å`}
        {finishText(map) && ` · ${finishText(map)}`}
        {map.made && ` · ${map.made.images.toLocaleString('en')} images`}
      </span>
    </figcaption>
  );
}
