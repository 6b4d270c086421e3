// Explore: the landscape, the map at a place of it, and below them selections, cluster maps, images and trajectories.
// All views show the same selection and the same marked particle.
import { useState, type KeyboardEvent } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import {
  clearSelection,
  dismissError,
  isHomogeneous,
  redo,
  showMask,
  undo,
  useExplore,
  useSelections,
  useShownRun,
} from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { DirectionMap } from '../../ui/direction-map.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { AtomsTab } from './atoms-tab.tsx';
import { ComponentsTab } from './components-tab.tsx';
import { ExploreEmpty } from './explore-empty.tsx';
import { GalleryTab } from './gallery-tab.tsx';
import { ImagesTab } from './images-tab.tsx';
import { LandscapePanel } from './landscape-panel.tsx';
import { MapPanel } from './map-panel.tsx';
import { MaskTab } from './mask-tab.tsx';
import { SelectionList } from './selection-list.tsx';
import { Split } from './split.tsx';
import { StatesTab } from './states/states-tab.tsx';
import { TrajectoryTab } from './trajectory-tab.tsx';
import styles from './explore-view.module.css';

export function ExploreView() {
  const run = useShownRun();
  const phase = useExplore((state) => state.phase);
  const latents = useExplore((state) => state.latents);
  const error = useExplore((state) => state.error);
  const notices = useExplore((state) => state.notices);
  if (!run || run.epochsDone === 0) return <ExploreEmpty run={run} />;
  if (phase === 'failed' && error) {
    return (
      <div className={styles.centre}>
        <NoticeCard notice={error} tone="error" testId="explore-error" />
      </div>
    );
  }
  if (phase !== 'ready') {
    return (
      <div className={styles.centre}>
        <ProgressBar fraction={null} message={`Reading ${run.name}`} testId="explore-loading" />
      </div>
    );
  }
  return (
    <div className={styles.view} data-testid="explore" onKeyDown={onShortcut}>
      {(error ?? notices[0]) && (
        <div className={styles.notices}>
          {[...(error ? [error] : []), ...notices.slice(0, 3)].map((notice, i) => (
            <NoticeCard
              key={i}
              notice={notice}
              tone={notice === error ? 'error' : 'warning'}
              actions={
                <Button size="s" onClick={dismissError}>
                  Dismiss
                </Button>
              }
            />
          ))}
        </div>
      )}
      <div className={styles.panes}>
        {isHomogeneous(run) || !latents ? <HomogeneousPanes run={run} /> : <Panes run={run} />}
      </div>
    </div>
  );
}

function Panes({ run }: { run: RunSummary }) {
  return (
    <Split
      direction="column"
      name="Height of the landscape and the map"
      initial={0.66}
      min={0.3}
      max={0.88}
      first={
        <Split
          direction="row"
          name="Width of the landscape"
          initial={0.54}
          min={0.3}
          max={0.75}
          first={<LandscapePanel />}
          second={<MapPanel emptyText="Click in the landscape: the map at that point is decoded at once." />}
        />
      }
      second={
        <Split
          direction="row"
          name="Width of the list of selections"
          initial={0.2}
          min={0.14}
          max={0.5}
          first={<SelectionList />}
          second={<LowerTabs key={run.id} run={run} />}
        />
      }
    />
  );
}

type Lower = 'atoms' | 'components' | 'mask' | 'states' | 'gallery' | 'images' | 'trajectory';

function LowerTabs({ run }: { run: RunSummary }) {
  const components = run.can.components;
  const [tab, setTab] = useState<Lower>(run.kind === 'atoms' ? 'atoms' : components ? 'components' : 'gallery');
  const choose = (next: Lower) => {
    setTab(next);
    if (next === 'mask' && run.can.mask) showMask(run, true);
  };
  const count = useSelections((state) => state.current.length);
  return (
    <Tabs<Lower>
      label="More views"
      className={styles.tabs}
      value={tab}
      onChange={choose}
      testId="lower"
      tabs={[
        ...(run.kind === 'atoms'
          ? [{ value: 'atoms' as const, label: 'Atoms', content: <AtomsTab isOneStructure={false} /> }]
          : []),
        ...(components ? [{ value: 'components' as const, label: 'Components', content: <ComponentsTab /> }] : []),
        ...(run.can.decode ? [{ value: 'mask' as const, label: 'Masks', content: <MaskTab run={run} /> }] : []),
        ...(run.can.decode
          ? [
              {
                value: 'states' as const,
                label: 'States',
                content: <StatesTab run={run} onDraw={() => choose('mask')} />,
              },
            ]
          : []),
        { value: 'gallery', label: 'Cluster maps', content: <GalleryTab /> },
        {
          value: 'images',
          label: 'Selected images',
          badge: count > 0 ? <span className={styles.badge}>{count.toLocaleString('en')}</span> : undefined,
          content: <ImagesTab />,
        },
        { value: 'trajectory', label: 'Trajectory', content: <TrajectoryTab /> },
      ]}
    />
  );
}

/** One structure was learned: nothing to select, only the map, and where it was seen from where that was found. */
function HomogeneousPanes({ run }: { run: RunSummary }) {
  const map = <MapPanel emptyText="This run learned one structure from all images." />;
  const report = run.poseReports?.at(-1);
  if (run.kind === 'atoms')
    return (
      <Split
        direction="column"
        name="Height of the map"
        initial={0.78}
        min={0.4}
        max={0.92}
        first={map}
        second={<AtomsTab isOneStructure />}
      />
    );
  if (!report) return map;
  return (
    <div className={styles.withDirections}>
      {map}
      <aside className={styles.directions} aria-label="Viewing directions">
        <h2>Viewing directions</h2>
        <DirectionMap counts={report.directions} testId="explore-directions" />
      </aside>
    </div>
  );
}

function onShortcut(event: KeyboardEvent): void {
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type !== 'range' && target.type !== 'checkbox') return;
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === 'z') {
    event.preventDefault();
    if (event.shiftKey) redo();
    else undo();
  } else if (command && event.key.toLowerCase() === 'y') {
    event.preventDefault();
    redo();
  } else if (event.key === 'Escape' && !event.defaultPrevented) clearSelection();
}
