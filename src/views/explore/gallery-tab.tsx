// Maps of the k-means centres: a click shows one whole and marks its particle; its cluster can be selected.
import { useEffect } from 'react';
import { Download, Images, SquareMousePointer } from 'lucide-react';
import {
  nameOf,
  cancelGallery,
  cancelJob,
  computeClusters,
  exportMaps,
  type GalleryItem,
  markRow,
  modeWith,
  reconstructRows,
  openGallery,
  rowsOfCluster,
  select,
  showMapAt,
  useExplore,
  useExports,
  useGallery,
  useMaps,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { NumberField } from '../../ui/text-field.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { saveFile } from '../export/download.ts';
import { clusterColors } from './point-colors.ts';
import { MapThumbnail } from './map-thumbnail.tsx';
import styles from './tabs.module.css';

export function GalleryTab() {
  const run = useExplore((state) => state.run);
  const latents = useExplore((state) => state.latents);
  const clusters = useExplore((state) => state.clusters);
  const k = useExplore((state) => state.k);
  const items = useGallery((state) => state.items);
  const status = useGallery((state) => state.status);
  const progress = useGallery((state) => state.progress);
  const error = useGallery((state) => state.error);
  const busy = useExports((state) => state.busy);
  const theme = useThemeColors();
  const result = clusters.result;
  useEffect(() => {
    if (run && latents && result && useGallery.getState().of !== result) {
      void openGallery(run, result, latents.zDim);
    }
  }, [run, latents, result]);
  const colors = clusterColors(items.length, theme.categories);
  const failure = clusters.error ?? error;
  return (
    <div className={styles.tab}>
      <div className={styles.controls}>
        <NumberField
          inline
          small
          label="Clusters k"
          value={k}
          step={1}
          width={4}
          onCommit={(value) => {
            if (value >= 1 && value <= 200) void computeClusters(value);
          }}
          testId="cluster-count"
        />
        {clusters.status === 'running' && (
          <div className={styles.progress}>
            <ProgressBar
              fraction={clusters.progress?.fraction ?? null}
              message={clusters.progress?.message ?? 'k-means'}
              onCancel={() => cancelJob('clusters')}
              testId="clusters-progress"
            />
          </div>
        )}
        {status === 'running' && (
          <div className={styles.progress}>
            <ProgressBar
              fraction={progress?.fraction ?? null}
              message={progress?.message}
              onCancel={cancelGallery}
              testId="gallery-progress"
            />
          </div>
        )}
        {status === 'idle' && items.length > 0 && run && latents && result && (
          <Button size="s" onClick={() => void openGallery(run, result, latents.zDim)} testId="gallery-again">
            Decode the maps
          </Button>
        )}
        <Button
          size="s"
          icon={<Download />}
          disabled={!result || busy !== null}
          busy={busy === 'maps.centres'}
          onClick={() => void exportMaps('centres', saveFile)}
          testId="save-centres"
        >
          All as MRC
        </Button>
      </div>
      {failure && <NoticeCard notice={failure} tone="error" />}
      <ul className={styles.gallery} data-testid="gallery" data-status={status}>
        {items.map((item) => (
          <GalleryCard key={item.cluster} item={item} color={colors[item.cluster]} total={latents?.count ?? 1} />
        ))}
      </ul>
    </div>
  );
}

function GalleryCard({ item, color, total }: { item: GalleryItem; color: string; total: number }) {
  const shown = useMaps((state) => state.a?.row === item.row);
  const { cluster, row, count, z, mesh, map } = item;
  const name = `Cluster ${cluster + 1}`;
  return (
    <li className={styles.card} data-shown={shown}>
      <button
        type="button"
        className={styles.cardPicture}
        title={`Show the map of ${name} (${nameOf(row)})`}
        data-testid={`gallery-${cluster}`}
        onClick={() => {
          markRow(row);
          showMapAt(z, `${name}, ${nameOf(row)}`, row);
        }}
      >
        <MapThumbnail mesh={mesh} map={map} color={color} label={`Map of ${name}`} />
      </button>
      <div className={styles.cardFoot}>
        <span className={styles.chip} style={{ background: color }}>
          {cluster + 1}
        </span>
        <span className={styles.cardCount}>
          {count.toLocaleString('en')} <span className={styles.quiet}>{((100 * count) / total).toFixed(0)} %</span>
        </span>
        <IconButton
          size="s"
          label={`Reconstruct ${name} from its images alone, beside the model's map`}
          icon={<Images />}
          testId={`reconstruct-cluster-${cluster}`}
          onClick={() => reconstructRows(rowsOfCluster(cluster), name)}
        />
        <IconButton
          size="s"
          label={`Select ${name} (shift adds, alt takes away)`}
          icon={<SquareMousePointer />}
          testId={`select-cluster-${cluster}`}
          onClick={(event) => select(rowsOfCluster(cluster), modeWith(event.shiftKey, event.altKey))}
        />
      </div>
    </li>
  );
}
