// The particles as pictures, a page that fills its place at a time.
import { ChevronFirst, ChevronLast, ChevronLeft, ChevronRight } from 'lucide-react';
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react';
import type { DatasetSummary } from '../../../workers/contract.ts';
import { nameOfRow } from '../../base/particle-identity.ts';
import { useOriginalIndex } from '../../stores/datasets.ts';
import { showTiles, tilesOf, useTiles, type TilePage } from '../../stores/particle-tiles.ts';
import { IconButton } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { countText } from '../../ui/quantities.ts';
import { Segmented } from '../../ui/segmented.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { NumberBox } from '../../ui/text-field.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { Switch } from '../../ui/toggle.tsx';
import { cellAt, drawGallery, gridFor, type GalleryGrid } from './gallery-canvas.ts';
import styles from './gallery.module.css';

type TileSize = '64' | '96' | '144';
const SIZES = [
  { value: '64', label: 'S', title: 'Small pictures' },
  { value: '96', label: 'M', title: 'Medium pictures' },
  { value: '144', label: 'L', title: 'Large pictures' },
] as const;

/** Rounds the low-pass to what the slider shows, so that one place of the slider is one request. */
function settled(value: number): number {
  return Number(value.toPrecision(2));
}

export function Gallery({ dataset }: { dataset: DatasetSummary }) {
  const nyquist = 2 * dataset.pixelSizeAngstrom;
  const widest = Math.max(60, 8 * nyquist);
  const [size, setSize] = useState<TileSize>('96');
  const [lowPass, setLowPass] = useState(() => settled(Math.min(widest, Math.max(20, 2 * nyquist))));
  const [shownLowPass, setShownLowPass] = useState(lowPass);
  const [contrast, setContrast] = useState(3);
  const [flipPhases, setFlipPhases] = useState(dataset.hasCtf);
  const [first, setFirst] = useState(0);
  const [grid, setGrid] = useState<GalleryGrid | null>(null);
  const place = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const measure = () => {
      // About two fifths of the window, in whole rows.
      const height = Math.min(720, Math.max(220, window.innerHeight * 0.42));
      const next = gridFor(element.clientWidth, height, Number(size));
      setGrid((grid) =>
        grid && grid.columns === next.columns && grid.rows === next.rows && grid.cell === next.cell ? grid : next,
      );
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [size]);

  const perPage = grid ? grid.columns * grid.rows : 0;
  const count = Math.min(perPage, dataset.particles - first);
  const lastFirst = perPage > 0 ? Math.floor((dataset.particles - 1) / perPage) * perPage : 0;
  const goTo = (row: number) => {
    if (perPage > 0) setFirst(Math.min(lastFirst, Math.max(0, Math.floor(row / perPage) * perPage)));
  };
  const page = useMemo<TilePage | null>(
    () =>
      count > 0
        ? { datasetId: dataset.id, first, count, lowPassAngstrom: lowPass <= nyquist ? null : lowPass, flipPhases }
        : null,
    [dataset.id, first, count, lowPass, nyquist, flipPhases],
  );
  useEffect(() => {
    if (page) void showTiles(page);
  }, [page]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
    if (step) goTo(first + step * perPage);
    else if (event.key === 'Home') goTo(0);
    else if (event.key === 'End') goTo(lastFirst);
    else return;
    event.preventDefault();
  };

  return (
    <Panel
      title="Particles"
      note={count > 0 ? `${countText(count)} of ${countText(dataset.particles)} shown` : ''}
      className={styles.gallery}
      testId="gallery"
      actions={
        <>
          <Segmented label="Picture size" small value={size} options={SIZES} onChange={setSize} testId="gallery-size" />
          <Pager first={first} perPage={perPage} lastFirst={lastFirst} goTo={goTo} />
        </>
      }
      footer={
        <div className={styles.galleryControls}>
          <Slider
            label="Low-pass"
            inline
            value={shownLowPass}
            min={nyquist}
            max={widest}
            scale="log"
            unit="Å"
            onChange={(value) => setShownLowPass(settled(value))}
            onCommit={(value) => setLowPass(settled(value))}
            testId="low-pass"
          />
          <Slider
            label="Contrast"
            inline
            value={contrast}
            min={0.5}
            max={8}
            step={0.1}
            unit="σ"
            numberWidth={3}
            onChange={setContrast}
            testId="contrast"
          />
          <Switch
            label="Flip phases and centre"
            checked={flipPhases}
            disabled={!dataset.hasCtf && !dataset.hasPoses}
            onChange={setFlipPhases}
            testId="flip-phases"
          />
        </div>
      }
    >
      <div
        ref={place}
        className={styles.galleryPlace}
        tabIndex={0}
        role="group"
        aria-label="Particle pictures; arrow keys turn pages"
        onKeyDown={onKeyDown}
      >
        {grid && page && <GalleryCanvas grid={grid} page={page} contrast={contrast} />}
      </div>
    </Panel>
  );
}

interface PagerProps {
  first: number;
  perPage: number;
  lastFirst: number;
  goTo: (row: number) => void;
}

function Pager({ first, perPage, lastFirst, goTo }: PagerProps) {
  const page = perPage > 0 ? Math.floor(first / perPage) + 1 : 1;
  const pages = perPage > 0 ? lastFirst / perPage + 1 : 1;
  return (
    <div className={styles.pager} role="group" aria-label="Pages">
      <IconButton label="First page" icon={<ChevronFirst />} size="s" disabled={first === 0} onClick={() => goTo(0)} />
      <IconButton
        label="Previous page"
        icon={<ChevronLeft />}
        size="s"
        disabled={first === 0}
        onClick={() => goTo(first - perPage)}
        testId="gallery-before"
      />
      <NumberBox label="Page" small width={4} value={page} onCommit={(typed) => goTo((typed - 1) * perPage)} />
      <span className={styles.pages}>of {countText(pages)}</span>
      <IconButton
        label="Next page"
        icon={<ChevronRight />}
        size="s"
        disabled={first >= lastFirst}
        onClick={() => goTo(first + perPage)}
        testId="gallery-next"
      />
      <IconButton
        label="Last page"
        icon={<ChevronLast />}
        size="s"
        disabled={first >= lastFirst}
        onClick={() => goTo(lastFirst)}
      />
    </div>
  );
}

function GalleryCanvas({ grid, page, contrast }: { grid: GalleryGrid; page: TilePage; contrast: number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const version = useTiles((state) => state.version);
  const loading = useTiles((state) => state.loading);
  const error = useTiles((state) => state.error);
  const { imageMat } = useThemeColors();
  const [row, setRow] = useState<number | null>(null);
  const original = useOriginalIndex(page.datasetId);
  const tiles = tilesOf(page);
  useEffect(() => {
    if (canvas.current) drawGallery(canvas.current, grid, tiles, page.count, { contrast, mat: imageMat });
  }, [grid, page, tiles, contrast, imageMat, version]);
  if (error) return <NoticeCard tone="error" notice={error} testId="gallery-error" />;
  return (
    <>
      <canvas
        ref={canvas}
        className={styles.galleryCanvas}
        role="img"
        aria-label={`Pictures ${page.first + 1} to ${page.first + page.count}`}
        data-testid="gallery-canvas"
        data-loaded={tiles !== null}
        onPointerMove={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          const cell = cellAt(grid, event.clientX - box.left, event.clientY - box.top);
          setRow(cell !== null && cell < page.count ? page.first + cell : null);
        }}
        onPointerLeave={() => setRow(null)}
      />
      {row !== null && <span className={styles.rowTag}>{nameOfRow(row, original)}</span>}
      {loading && !tiles && (
        <span className={styles.galleryWaiting}>
          <Spinner label="Reading images" />
        </span>
      )}
    </>
  );
}
