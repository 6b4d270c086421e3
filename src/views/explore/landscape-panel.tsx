// The landscape with its controls: axes, colours, tools above; what is selected, and how, below.
import { useMemo, useState, type DragEvent } from 'react';
import { Crosshair, Hand, Lasso, SquareDashed } from 'lucide-react';
import { cloudOf, placesDecode } from '../../columns/place.ts';
import { axisColumns, type LandscapeTool, setLandscape, useColumns, useLandscape } from '../../stores/explore/index.ts';
import { Segmented } from '../../ui/segmented.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { AwaitedAxis } from './awaited-axis.tsx';
import { AxesBar, takeColumns } from './axes-bar.tsx';
import { LandscapePlot } from './landscape-plot.tsx';
import { useColoring } from './point-picture-of.ts';
import { SelectionBar } from './selection-bar.tsx';
import styles from './landscape.module.css';

const TOOLS: { value: LandscapeTool; label: string; icon: React.ReactNode }[] = [
  { value: 'lasso', label: 'Lasso (shift adds, alt takes away; a click shows the map there)', icon: <Lasso /> },
  { value: 'box', label: 'Box (shift adds, alt takes away; a click shows the map there)', icon: <SquareDashed /> },
  { value: 'probe', label: 'Probe: drag, and the map follows the pointer', icon: <Crosshair /> },
  { value: 'pan', label: 'Move the view (the wheel zooms, a double click resets)', icon: <Hand /> },
];

export function LandscapePanel() {
  const [dropping, setDropping] = useState(false);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setDropping(false);
    const [file] = event.dataTransfer.files;
    if (file) void takeColumns(file);
  };
  return (
    <div
      className={`${styles.panel} ${dropping ? styles.dropping : ''}`}
      data-testid="landscape"
      onDragOver={(event) => {
        event.preventDefault();
        setDropping(true);
      }}
      onDragLeave={() => setDropping(false)}
      onDrop={onDrop}
    >
      <AxesBar />
      <ToolsBar />
      <div className={styles.area}>
        <LandscapeArea />
      </div>
      <SelectionBar />
    </div>
  );
}

function LandscapeArea() {
  const theme = useThemeColors();
  const axes = useLandscape((state) => state.axes);
  const columns = useColumns();
  const shown = useMemo(() => axisColumns(columns, axes), [columns, axes]);
  const cloud = useMemo(() => shown && cloudOf(shown), [shown]);
  const coloring = useColoring(theme);
  const awaited = shown && [shown.x, shown.y].find(({ availability }) => availability.state === 'computable');
  if (shown && cloud) return <LandscapePlot axes={shown} cloud={cloud} coloring={coloring} />;
  return <AwaitedAxis analysis={awaited?.availability.state === 'computable' ? awaited.availability.by : 'pca'} />;
}

/** Tools, points or density, and what a click shows. */
function ToolsBar() {
  const axes = useLandscape((state) => state.axes);
  const display = useLandscape((state) => state.display);
  const tool = useLandscape((state) => state.tool);
  const decodeMode = useLandscape((state) => state.decodeMode);
  const path = useLandscape((state) => state.path);
  const columns = useColumns();
  const shown = axisColumns(columns, axes);
  const free = shown !== null && placesDecode(shown);
  return (
    <div className={styles.bar}>
      <Segmented<LandscapeTool>
        label="Tool"
        small
        iconsOnly
        value={tool}
        options={TOOLS}
        onChange={(value) => setLandscape({ tool: value })}
        testId="tool"
      />
      <Segmented
        label="Draw"
        small
        value={display}
        options={[
          { value: 'points', label: 'Points' },
          { value: 'density', label: 'Density' },
        ]}
        onChange={(value) => setLandscape({ display: value })}
        testId="display"
      />
      <span className={styles.note}>A click decodes</span>
      <Segmented
        label="A click decodes the map of"
        small
        value={free ? decodeMode : 'particle'}
        options={[
          { value: 'particle', label: 'nearest particle', title: 'z of the particle nearest to the click' },
          {
            value: 'place',
            label: 'exact point',
            disabled: !free,
            title: free
              ? 'z of the nearest particle, moved along the two axes shown to the exact point clicked'
              : 'A point of a UMAP has no z of its own',
          },
        ]}
        onChange={(value) => setLandscape({ decodeMode: value })}
        testId="decode-mode"
      />
      <span className={styles.grow} />
      <span
        className={styles.note}
        data-testid="path-note"
        title="Shift-click points of the landscape: they become the path of a trajectory"
      >
        {path.length === 0 ? 'Shift-click adds to a path' : `Path of ${path.length}`}
      </span>
    </div>
  );
}
