// The landscape with its controls: axes, colours, tools above; what is selected, and how, below.
import { useMemo, useRef, useState, type DragEvent } from 'react';
import { Crosshair, Hand, Lasso, SquareDashed, TablePropertiesIcon } from 'lucide-react';
import {
  addColumns,
  type AxisFamily,
  axisName,
  cancelJob,
  cloudOf,
  colorChoices,
  computeUmap,
  type LandscapeTool,
  placesDecode,
  setAxis,
  setFamily,
  setLandscape,
  useExplore,
  useLandscape,
  useSelections,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Select } from '../../ui/select.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { LandscapePlot } from './landscape-plot.tsx';
import { useColoring } from './point-picture-of.ts';
import { SelectionBar } from './selection-bar.tsx';
import { HelpLink } from '../help/help-link.tsx';
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

async function takeColumns(file: File): Promise<void> {
  const [first] = await addColumns({ path: file.name, file });
  if (first !== undefined) setLandscape({ color: `extra:${first}` });
}

function AxesBar() {
  const axes = useLandscape((state) => state.axes);
  const color = useLandscape((state) => state.color);
  const latents = useExplore((state) => state.latents);
  const pca = useExplore((state) => state.pca);
  const umap = useExplore((state) => state.umap);
  const columns = useExplore((state) => state.columns);
  const clusters = useExplore((state) => state.clusters);
  const named = useSelections((state) => state.named.length);
  const picker = useRef<HTMLInputElement>(null);
  const source = useMemo(
    () => latents && { latents, pca: pca.result, umap: umap.result },
    [latents, pca.result, umap.result],
  );
  const count = axes.family === 'latent' ? (latents?.zDim ?? 0) : (pca.result?.components ?? latents?.zDim ?? 0);
  const options = Array.from({ length: count }, (_, i) => ({
    value: String(i),
    label: axisName(source, { ...axes, x: i, y: i }, 'x'),
  }));
  const choices = colorChoices(columns, clusters.result !== null, named > 0);
  return (
    <div className={styles.bar}>
      <Segmented<AxisFamily>
        label="Axes"
        small
        value={axes.family}
        options={[
          { value: 'pca', label: 'PCA' },
          { value: 'umap', label: 'UMAP' },
          { value: 'latent', label: 'Latents' },
        ]}
        onChange={setFamily}
        testId="axes-family"
      />
      {axes.family !== 'umap' && count > 1 && (
        <>
          {(['x', 'y'] as const).map((which) => (
            <Select
              key={which}
              className={styles.axis}
              label={which === 'x' ? 'Horizontal axis' : 'Vertical axis'}
              hideLabel
              small
              value={String(axes[which])}
              options={options}
              onChange={(value) => setAxis(which, Number(value))}
              testId={`axis-${which}`}
            />
          ))}
        </>
      )}
      <span className={styles.grow} />
      <Select
        className={styles.colour}
        label="Colour by"
        hideLabel
        small
        value={choices.some(({ key }) => key === color) ? color : 'none'}
        options={choices.map(({ key, label }) => ({ value: key, label }))}
        onChange={(value) => setLandscape({ color: value })}
        testId="color-by"
      />
      <IconButton
        size="s"
        label="Colour by a column of a CSV file…"
        icon={<TablePropertiesIcon />}
        onClick={() => picker.current?.click()}
        testId="add-columns"
      />
      <HelpLink to="landscape" about="how to read a landscape" />
      <input
        ref={picker}
        type="file"
        accept=".csv,.tsv,.txt"
        hidden
        data-testid="columns-file"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) void takeColumns(file);
        }}
      />
    </div>
  );
}

function LandscapeArea() {
  const theme = useThemeColors();
  const axes = useLandscape((state) => state.axes);
  const color = useLandscape((state) => state.color);
  const latents = useExplore((state) => state.latents);
  const pca = useExplore((state) => state.pca);
  const umap = useExplore((state) => state.umap);
  const columns = useExplore((state) => state.columns);
  const clusters = useExplore((state) => state.clusters);
  const named = useSelections((state) => state.named.length);
  const cloud = useMemo(
    () => latents && cloudOf({ latents, pca: pca.result, umap: umap.result }, axes),
    [latents, pca.result, umap.result, axes],
  );
  const label =
    colorChoices(columns, clusters.result !== null, named > 0).find(({ key }) => key === color)?.label ?? '';
  const coloring = useColoring(label, theme);
  if (cloud) return <LandscapePlot cloud={cloud} coloring={coloring} />;
  const job = axes.family === 'umap' ? umap : pca;
  if (job.error) {
    return (
      <div className={styles.veil}>
        <NoticeCard notice={job.error} tone="error" />
      </div>
    );
  }
  if (axes.family === 'umap' && job.status !== 'running') {
    return (
      <div className={styles.veil}>
        <EmptyState
          title="UMAP is not computed yet"
          action={
            <Button onClick={() => void computeUmap()} testId="compute-umap">
              Compute UMAP
            </Button>
          }
        >
          15 neighbours, minimum distance 0.1; for large sets this takes minutes.
        </EmptyState>
      </div>
    );
  }
  return (
    <div className={styles.veil}>
      <div className={styles.job}>
        <ProgressBar
          fraction={job.progress?.fraction ?? null}
          message={
            job.progress?.message ?? (axes.family === 'umap' ? 'Computing UMAP' : 'Finding principal components')
          }
          onCancel={axes.family === 'umap' ? () => cancelJob('umap') : undefined}
          testId="umap-progress"
        />
      </div>
    </div>
  );
}

/** Tools, points or density, and what a click shows. */
function ToolsBar() {
  const axes = useLandscape((state) => state.axes);
  const display = useLandscape((state) => state.display);
  const tool = useLandscape((state) => state.tool);
  const decodeMode = useLandscape((state) => state.decodeMode);
  const path = useLandscape((state) => state.path);
  const free = placesDecode(axes);
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
