// A small still picture of a map, drawn again when the theme changes.
import { useEffect, useState } from 'react';
import type { IsosurfaceMesh, MapHandle } from '../../../workers/contract.ts';
import { projectionOf } from '../../stores/explore/index.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { hexOf } from '../../viewer3d/css-color.ts';
import styles from './tabs.module.css';

interface MapThumbnailProps {
  mesh: IsosurfaceMesh | null;
  map: MapHandle | null;
  color: string;
  label: string;
}

export function MapThumbnail({ mesh, map, color, label }: MapThumbnailProps) {
  const theme = useThemeColors();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!mesh || !map) return;
    let gone = false;
    void import('../../viewer3d/thumbnails.ts').then(async ({ surfaceThumbnail, projectionThumbnail }) => {
      if (gone) return;
      const boxAngstrom = map.boxPixels * map.pixelSizeAngstrom;
      const style = { color: hexOf(color), background: hexOf(theme.surface), sizePixels: 112, boxAngstrom };
      const drawn = surfaceThumbnail(mesh, style);
      const projection = drawn === null ? await projectionOf(map) : null;
      if (!gone) setUrl(drawn ?? (projection && projectionThumbnail(projection)));
    });
    return () => {
      gone = true;
    };
  }, [mesh, map, color, theme]);
  if (!mesh || !url) {
    return (
      <span className={styles.thumb}>
        <Spinner />
      </span>
    );
  }
  return <img className={styles.thumb} src={url} alt={label} draggable={false} />;
}
