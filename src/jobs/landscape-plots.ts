// Figures of a landscape as SVG: components and UMAP coloured by cluster with the on-data centres, explained variance.
import { explainedVarianceFigure } from '../plots/bars.ts';
import { curvesFigure } from '../plots/curves.ts';
import { scatterFigure } from '../plots/scatter.ts';
import type { EpochSummary } from '../inference/training.ts';
import type { LinearReport } from '../library/linear-files.ts';
import type { Landscape, TextFile } from './analyze-job.ts';

/** pca.svg, umap.svg, explained_variance.svg, learning_curve.svg (where the run says how it learned). */
export function landscapePlots({ pca, umap, clusters }: Landscape, history: EpochSummary[]): TextFile[] {
  const names = Array.from(clusters.counts, (_, k) => String(k));
  const colours = { by: 'kind' as const, of: clusters.labels, names };
  const marksOn = (points: Float32Array) =>
    Array.from(clusters.centreIndices, (row, k) => ({ x: points[2 * row], y: points[2 * row + 1], text: String(k) }));
  const percent = (component: number): string => `${(100 * (pca.explainedVariance[component] ?? 0)).toFixed(1)} %`;
  const count = pca.projections.length / pca.components;
  const plane = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) {
    plane[2 * i] = pca.projections[i * pca.components];
    plane[2 * i + 1] = pca.components > 1 ? pca.projections[i * pca.components + 1] : 0;
  }
  const files: TextFile[] = [
    {
      name: 'pca.svg',
      text: scatterFigure({
        title: 'Principal components of z',
        xLabel: `PC1 (${percent(0)})`,
        yLabel: pca.components > 1 ? `PC2 (${percent(1)})` : '',
        points: plane,
        colours,
        marks: marksOn(plane),
      }),
    },
    { name: 'explained_variance.svg', text: explainedVarianceFigure('Explained variance', pca.explainedVariance) },
  ];
  if (umap)
    files.push({
      name: 'umap.svg',
      text: scatterFigure({
        title: 'UMAP of z',
        xLabel: 'UMAP 1',
        yLabel: 'UMAP 2',
        points: umap,
        colours,
        marks: marksOn(umap),
      }),
    });
  if (history.length > 1)
    files.push({
      name: 'learning_curve.svg',
      text: curvesFigure({
        title: 'Loss by epoch',
        xLabel: 'epoch',
        yLabel: 'reconstruction loss',
        curves: [
          {
            name: 'reconstruction',
            x: history.map(({ epoch }) => epoch),
            y: history.map(({ reconstruction }) => reconstruction),
          },
        ],
      }),
    });
  return files;
}

/** evidence_curve.svg of a linear model; nothing where no curve was kept. */
export function fitPlots(report: LinearReport | null): TextFile[] {
  const history = report?.history ?? [];
  if (history.length < 2) return [];
  const curve = {
    name: 'evidence',
    x: history.map(({ iteration }) => iteration),
    y: history.map(({ evidenceGain }) => evidenceGain),
  };
  const labels = {
    title: 'Evidence by iteration',
    xLabel: 'iteration',
    yLabel: 'log evidence per image over one structure',
  };
  return [{ name: 'evidence_curve.svg', text: curvesFigure({ ...labels, curves: [curve] }) }];
}
