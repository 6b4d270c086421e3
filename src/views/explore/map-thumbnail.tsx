// A small still picture of a map, drawn again when the theme changes.
import { useEffect, useState } from 'react';
import type { IsosurfaceMesh, VolumeData } from '../../../workers/contract.ts';
import { Spinner } from '../../ui/spinner.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { hexOf } from '../../viewer3d/css-color.ts';
import styles from './tabs.module.css';

interface MapThumbnailProps {
  mesh: IsosurfaceMesh | null;
  volume: VolumeData | null;
  color: string;
  label: string;
}

export function MapThumbnail({ mesh, volume, color, label }: MapThumbnailProps) {
  const theme = useThemeColors();
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!mesh || !volume) return;
    let gone = false;
    void import('../../viewer3d/thumbnails.ts').then(({ surfaceThumbnail, projectionThumbnail }) => {
      if (gone) return;
      const boxAngstrom = volume.boxPixels * volume.pixelSizeAngstrom;
      const style = { color: hexOf(color), background: hexOf(theme.surface), sizePixels: 112, boxAngstrom };
      setUrl(surfaceThumbnail(mesh, style) ?? projectionThumbnail(volume));
    });
    return () => {
      gone = true;
    };
  }, [mesh, volume, color, theme]);
  if (!mesh || !url) {
    return (
      <span className={styles.thumb}>
        <Spinner />
      </span>
    );
  }
  return <img className={styles.thumb} src={url} alt={label} draggable={false} />;
}
