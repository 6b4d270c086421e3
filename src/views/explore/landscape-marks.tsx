// Marks over the landscape: cluster centres, the place whose map is shown, the chosen path, the trajectory.
import { useEffect, useMemo } from 'react';
import { ellipseCorners, planeCovariance } from '../../columns/confidence.ts';
import { placeOfZ, type AxisColumns } from '../../columns/place.ts';
import type { PointCloud } from '../../selection/lasso.ts';
import {
  loadPosterior,
  markerPlace,
  placeOfRow,
  useComponents,
  useExplore,
  useLandscape,
  useMaps,
  useTrajectory,
} from '../../stores/explore/index.ts';
import type { ThemeColors } from '../../ui/theme-colors.ts';
import { clusterColors } from './point-colors.ts';
import styles from './landscape.module.css';

interface MarksProps {
  place: (x: number, y: number) => [number, number];
  axes: AxisColumns;
  cloud: PointCloud;
  theme: ThemeColors;
}

export function LandscapeMarks({ place, axes, cloud, theme }: MarksProps) {
  const marker = useLandscape((state) => state.marker);
  const path = useLandscape((state) => state.path);
  const color = useLandscape((state) => state.color);
  const clusters = useExplore((state) => state.clusters.result);
  const zs = useTrajectory((state) => state.zs);
  const rows = useTrajectory((state) => state.rows);
  const frame = useTrajectory((state) => state.frame);
  const along = useMaps((state) => state.along);
  const at = (row: number) => {
    const { x, y } = placeOfRow(cloud, row);
    return place(x, y);
  };
  const walk = useMemo(() => {
    if (!zs || !rows || rows.some((row) => row >= cloud.count)) return [];
    const zDim = zs.length / rows.length;
    return [...rows].map((row, i) => {
      return placeOfZ(axes, zs.subarray(i * zDim, (i + 1) * zDim)) ?? placeOfRow(cloud, row);
    });
  }, [zs, rows, axes, cloud]);
  const steps = walk.map(({ x, y }) => place(x, y));
  const chosen = path.filter((row) => row < cloud.count).map(at);
  const centres = color === 'cluster' && clusters ? [...clusters.centreIndices].filter((row) => row < cloud.count) : [];
  const follows = useMemo(() => along && placeOfZ(axes, along), [along, axes]);
  const marked = along ? follows : markerPlace(cloud, marker);
  const ellipses = useConfidence(axes, cloud, along ? null : (marker?.row ?? null));
  const colors = clusterColors(centres.length, theme.categories);
  const grown = theme.fontSizePixels / 11;
  const standing = (x: number, y: number) => `translate(${x} ${y}) scale(${grown})`;
  return (
    <>
      {centres.map((row, i) => {
        const [x, y] = at(row);
        return (
          <g key={i} transform={standing(x, y)} className={styles.centre}>
            <circle r="7.5" fill={colors[i]} />
            <text>{i + 1}</text>
          </g>
        );
      })}
      {steps.length > 1 && (
        <g className={styles.walk} data-testid="trajectory-path">
          <polyline points={steps.join(' ')} />
          {steps.map(([x, y], i) => (
            <circle key={i} cx={x} cy={y} r={(i === frame ? 6 : 2.6) * grown} data-current={i === frame} />
          ))}
        </g>
      )}
      {chosen.length > 0 && (
        <g className={styles.path} data-testid="path-points">
          <polyline points={chosen.join(' ')} />
          {chosen.map(([x, y], i) => (
            <g key={i} transform={standing(x, y)}>
              <circle r="7" />
              <text>{String.fromCharCode(65 + (i % 26))}</text>
            </g>
          ))}
        </g>
      )}
      {ellipses.map((corners, i) => (
        <polygon
          key={i}
          className={styles.confidence}
          points={corners.map(([x, y]) => place(x, y)).join(' ')}
          data-testid={`confidence-${i + 1}`}
        />
      ))}
      {marked && <Marker transform={standing(...place(marked.x, marked.y))} />}
    </>
  );
}

/** Corners of the ellipses at one and two standard deviations around a particle, where the axes have them. */
function useConfidence(axes: AxisColumns, cloud: PointCloud, row: number | null): [number, number][][] {
  const posterior = useComponents((state) => state.posterior);
  const runId = useExplore((state) => state.latents?.handle.runId);
  useEffect(() => {
    if (row !== null) void loadPosterior(row);
  }, [row, runId]);
  return useMemo(() => {
    if (!posterior?.triangle || posterior.row !== row || posterior.runId !== runId || row >= cloud.count) return [];
    const plane = planeCovariance(axes, posterior.triangle);
    if (!plane || plane.yy === 0) return [];
    const centre = placeOfRow(cloud, row);
    return [1, 2].map((deviations) =>
      ellipseCorners(plane, deviations).map(([dx, dy]): [number, number] => [centre.x + dx, centre.y + dy]),
    );
  }, [posterior, runId, row, axes, cloud]);
}

function Marker({ transform }: { transform: string }) {
  return (
    <g transform={transform} className={styles.marker} data-testid="landscape-marker">
      <circle r="7" />
      <path d="M-13 0H-4M4 0H13M0-13V-4M0 4V13" />
    </g>
  );
}
