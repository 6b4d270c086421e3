// Images of the selected particles, a page at a time, low-passed and with the sign of the CTF corrected.
import { useEffect, useRef } from 'react';
import { ChevronLeft, ChevronRight, Images } from 'lucide-react';
import { zOfRow } from '../../columns/place.ts';
import {
  nameOf,
  titleOf,
  markRow,
  PAGE_SIZE,
  pageCount,
  refreshImages,
  setImages,
  showMapAt,
  useExplore,
  useImages,
  useSelections,
} from '../../stores/explore/index.ts';
import { IconButton } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { NumberField } from '../../ui/text-field.tsx';
import { Switch } from '../../ui/toggle.tsx';
import styles from './tabs.module.css';

export function ImagesTab() {
  const page = useImages((state) => state.page);
  const lowPassAngstrom = useImages((state) => state.lowPassAngstrom);
  const flipPhases = useImages((state) => state.flipPhases);
  const rows = useImages((state) => state.rows);
  const tiles = useImages((state) => state.tiles);
  const loading = useImages((state) => state.loading);
  const error = useImages((state) => state.error);
  const current = useSelections((state) => state.current);
  const run = useExplore((state) => state.run);
  const dataset = useExplore((state) => state.dataset);
  useEffect(() => {
    void refreshImages();
  }, [current, page, lowPassAngstrom, flipPhases, run?.id]);
  if (current.length === 0) {
    return (
      <EmptyState icon={<Images />} title="No particles selected">
        Lasso particles in the landscape, or select a cluster, to see their images.
      </EmptyState>
    );
  }
  const pages = pageCount(current.length);
  const last = Math.min(current.length, (page + 1) * PAGE_SIZE);
  return (
    <div className={styles.tab}>
      <div className={styles.controls}>
        <NumberField
          inline
          small
          label="Low-pass"
          unit="Å"
          width={4}
          step={5}
          value={lowPassAngstrom ?? 0}
          onCommit={(value) => setImages({ lowPassAngstrom: value > 0 ? value : null })}
          testId="images-lowpass"
        />
        <Switch
          label="Flip phases and centre"
          checked={flipPhases}
          disabled={dataset ? !dataset.hasCtf && !dataset.hasPoses : false}
          onChange={(on) => setImages({ flipPhases: on })}
          testId="images-flip"
        />
        <span className={styles.grow} />
        {loading && <Spinner label="Reading images" />}
        <span className={styles.quiet} data-testid="images-range">
          {(page * PAGE_SIZE + 1).toLocaleString('en')}–{last.toLocaleString('en')} of{' '}
          {current.length.toLocaleString('en')}
        </span>
        <IconButton
          size="s"
          label="Previous page"
          icon={<ChevronLeft />}
          disabled={page === 0}
          onClick={() => setImages({ page: page - 1 })}
          testId="images-previous"
        />
        <IconButton
          size="s"
          label="Next page"
          icon={<ChevronRight />}
          disabled={page >= pages - 1}
          onClick={() => setImages({ page: page + 1 })}
          testId="images-next"
        />
      </div>
      {error && <NoticeCard notice={error} tone="error" />}
      {tiles && (
        <div className={styles.images} data-testid="selected-images">
          {rows.map((row, i) => (
            <ParticleTile
              key={`${row} ${i}`}
              row={row}
              pixels={tiles.pixels.subarray(i * tiles.boxPixels ** 2, (i + 1) * tiles.boxPixels ** 2)}
              boxPixels={tiles.boxPixels}
            />
          ))}
        </div>
      )}
    </div>
  );
}

interface ParticleTileProps {
  row: number;
  pixels: Float32Array;
  boxPixels: number;
}

function ParticleTile({ row, pixels, boxPixels }: ParticleTileProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(boxPixels, boxPixels);
    for (let i = 0; i < pixels.length; i++) {
      // Mean 0 and standard deviation 1: ±3 covers the greys.
      image.data.fill(Math.round((pixels[i] + 3) * 42.5), 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels, boxPixels]);
  return (
    <button
      type="button"
      className={styles.tile}
      title={`${titleOf(row)} (counted in the original stack, from 0): show its map`}
      onClick={() => {
        const { latents } = useExplore.getState();
        if (!latents) return;
        markRow(row);
        showMapAt(zOfRow(latents, row), titleOf(row), row);
      }}
    >
      <canvas ref={canvas} width={boxPixels} height={boxPixels} aria-label={`Image of ${nameOf(row)}`} />
    </button>
  );
}
