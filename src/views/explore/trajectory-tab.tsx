// A trajectory: where it goes, how many maps, and the player.
import { Download, Pause, Play, Route, Repeat, ArrowLeftRight } from 'lucide-react';
import { titleOf } from '../../columns/column.ts';
import {
  cancelTrajectory,
  decodeTrajectory,
  exportMaps,
  pause,
  play,
  setPath,
  setPlayback,
  setTrajectory,
  showFrame,
  useColumns,
  useExports,
  useLandscape,
  useTrajectory,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Select } from '../../ui/select.tsx';
import { NumberField } from '../../ui/text-field.tsx';
import { saveFile } from '../export/download.ts';
import { FilmStrip } from './film-strip.tsx';
import { ModelFields, WindowFields } from './trajectory-maps.tsx';
import styles from './tabs.module.css';

export function TrajectoryTab() {
  const status = useTrajectory((state) => state.status);
  const error = useTrajectory((state) => state.error);
  const frames = useTrajectory((state) => state.frames);
  return (
    <div className={styles.trajectory}>
      <TrajectoryForm />
      <div className={styles.tab}>
        {error && <NoticeCard notice={error} tone="error" />}
        <Walk />
        {frames.length === 0 && status !== 'running' && (
          <EmptyState icon={<Route />} title="No trajectory yet">
            Choose a principal component, or shift-click points in the landscape as a path, then decode.
          </EmptyState>
        )}
      </div>
    </div>
  );
}

/** How far the walk is decoded, and its player: the same walk wherever it began. */
export function Walk() {
  const status = useTrajectory((state) => state.status);
  const progress = useTrajectory((state) => state.progress);
  const isThere = useTrajectory((state) => state.frames.length > 0);
  return (
    <>
      {status === 'running' && (
        <ProgressBar
          fraction={progress?.fraction ?? null}
          message={progress?.message}
          onCancel={cancelTrajectory}
          testId="trajectory-progress"
        />
      )}
      {isThere && (
        <>
          <Player />
          <FilmStrip />
        </>
      )}
    </>
  );
}

function TrajectoryForm() {
  const settings = useTrajectory((state) => state.settings);
  const path = useLandscape((state) => state.path);
  const components = useColumns()
    .filter(({ source, availability }) => source === 'pca' && availability.state === 'there')
    .map((column, i) => ({ value: String(i), label: titleOf(column) }));
  const ready = settings.kind === 'component' ? components.length > 0 : path.length >= 2;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void decodeTrajectory(path);
      }}
    >
      <Segmented
        label="Along"
        small
        fill
        value={settings.kind}
        options={[
          { value: 'component', label: 'Component' },
          { value: 'points', label: 'Chosen points' },
        ]}
        onChange={(kind) => setTrajectory({ kind })}
        testId="trajectory-kind"
      />
      {settings.kind === 'component' ? (
        <div className={styles.formRow}>
          <Select
            className={styles.grow}
            label="Component"
            hideLabel
            small
            value={String(settings.component)}
            options={components}
            onChange={(value) => setTrajectory({ component: Number(value) })}
            testId="trajectory-component"
          />
          <NumberField
            label="From percentile"
            hideLabel
            small
            width={3}
            unit="%"
            value={settings.fromPercentile}
            onCommit={(value) => setTrajectory({ fromPercentile: Math.min(100, Math.max(0, value)) })}
            testId="trajectory-from"
          />
          <span className={styles.quiet}>to</span>
          <NumberField
            label="To percentile"
            hideLabel
            small
            width={3}
            unit="%"
            value={settings.toPercentile}
            onCommit={(value) => setTrajectory({ toPercentile: Math.min(100, Math.max(0, value)) })}
            testId="trajectory-to"
          />
        </div>
      ) : (
        <div className={styles.formRow}>
          <span className={styles.quiet} data-testid="trajectory-points">
            {path.length < 2 ? 'Shift-click at least two points' : `${path.length} points, A to ${letter(path.length)}`}
          </span>
          <span className={styles.grow} />
          <Button size="s" variant="ghost" disabled={path.length === 0} onClick={() => setPath(path.slice(0, -1))}>
            Remove last
          </Button>
          <Button size="s" variant="ghost" disabled={path.length === 0} onClick={() => setPath([])} testId="clear-path">
            Clear
          </Button>
        </div>
      )}
      <Segmented
        label="Maps"
        small
        fill
        value={settings.source}
        options={[
          { value: 'model', label: 'By the model' },
          { value: 'images', label: 'From images', title: 'Of the particles around each place alone, backprojected' },
        ]}
        onChange={(source) => setTrajectory({ source })}
        testId="trajectory-source"
      />
      {settings.source === 'model' ? <ModelFields ready={ready} /> : <WindowFields ready={ready} />}
    </form>
  );
}

function letter(count: number): string {
  return String.fromCharCode(65 + ((count - 1) % 26));
}

function Player() {
  const frames = useTrajectory((state) => state.frames);
  const frame = useTrajectory((state) => state.frame);
  const playing = useTrajectory((state) => state.playing);
  const framesPerSecond = useTrajectory((state) => state.framesPerSecond);
  const ending = useTrajectory((state) => state.ending);
  const status = useTrajectory((state) => state.status);
  const busy = useExports((state) => state.busy);
  const ready = frames.filter(Boolean).length;
  return (
    <div className={styles.controls} data-testid="trajectory-player">
      <IconButton
        size="s"
        variant="secondary"
        label={playing ? 'Pause' : 'Play'}
        icon={playing ? <Pause /> : <Play />}
        disabled={ready < 2}
        onClick={playing ? pause : play}
        testId="play"
      />
      <input
        type="range"
        className={styles.scrubber}
        aria-label="Frame"
        min={0}
        max={frames.length - 1}
        step={1}
        value={frame}
        data-testid="scrubber"
        onChange={(event) => {
          pause();
          showFrame(Number(event.target.value));
        }}
      />
      <span className={styles.frameCount} data-testid="frame-count">
        {frame + 1} / {frames.length}
      </span>
      <Select
        label="Speed"
        hideLabel
        small
        className={styles.speed}
        value={String(framesPerSecond)}
        options={['2', '4', '6', '10', '15'].map((value) => ({ value, label: `${value} fps` }))}
        onChange={(value) => setPlayback({ framesPerSecond: Number(value) })}
        testId="speed"
      />
      <Segmented
        label="At the end"
        small
        iconsOnly
        value={ending}
        options={[
          { value: 'bounce', label: 'Back and forth', icon: <ArrowLeftRight /> },
          { value: 'loop', label: 'Start over', icon: <Repeat /> },
        ]}
        onChange={(value) => setPlayback({ ending: value })}
        testId="ending"
      />
      <Button
        size="s"
        icon={<Download />}
        disabled={status !== 'done' || busy !== null}
        busy={busy === 'maps.trajectory'}
        onClick={() => void exportMaps('trajectory', saveFile)}
        testId="save-trajectory"
      >
        MRC series
      </Button>
    </div>
  );
}
