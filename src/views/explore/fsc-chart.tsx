// Fourier shell correlation over 1/Å: between A and B, or between the maps of two halves of the images that A was made from.
import { useMemo, type ReactNode } from 'react';
import type { MadeFromImages, MapHandle } from '../../../workers/contract.ts';
import { useMaps } from '../../stores/explore/index.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { resolutionAt } from './fsc-resolution.ts';
import { HelpLink } from '../help/help-link.tsx';
import styles from './fsc-chart.module.css';

const STATIC = { staticPlot: true };

const boxAngstrom = ({ boxPixels, pixelSizeAngstrom }: MapHandle): number => boxPixels * pixelSizeAngstrom;

export function FscChart() {
  const fsc = useMaps((state) => state.fsc);
  const a = useMaps((state) => state.a);
  const b = useMaps((state) => state.b);
  if (!a || !b) return null;
  const half = fsc && resolutionAt(fsc, 0.5, boxAngstrom(a.map));
  const said =
    fsc === null
      ? a.map === b.map
        ? 'A and B are the same map: show another one as A'
        : a.preview || a.map.boxPixels !== b.map.boxPixels
          ? 'waiting for maps of the same box'
          : 'computing…'
      : half === null
        ? 'above 0.5 up to Nyquist'
        : `0.5 at ${half?.toFixed(1)} Å`;
  if (ofOneState(a.map, b.map) && a.map.made)
    return <AgreementFsc map={a.map} made={a.map.made} fsc={fsc} said={said} />;
  return (
    <FscCurve
      title="FSC of A and B"
      help={<HelpLink to="doubts" about="when not to believe a landscape" />}
      label="Fourier shell correlation of maps A and B"
      {...{ fsc, said, box: boxAngstrom(a.map) }}
    />
  );
}

/** Whether A is of images of a selection or a window alone, and B the model's map at the middle of them. */
function ofOneState(a: MapHandle, b: MapHandle): boolean {
  const isModel = b.made === undefined && b.source?.from === undefined;
  const isOfImages = a.source?.from === 'selection' || a.source?.from === 'window';
  return isOfImages && isModel && a.z.every((value, i) => value === b.z[i]);
}

interface AgreementProps {
  /** Of the images. */
  map: MapHandle;
  made: MadeFromImages;
  /** With the model's map. */
  fsc: Float32Array | null;
  /** Until there is one. */
  said: string;
}

/** What the model says of a state against what is in its images, and how far those agree among themselves. */
function AgreementFsc({ map, made, fsc, said }: AgreementProps) {
  const box = boxAngstrom(map);
  const agreed = fsc && resolutionAt(fsc, 0.5, box);
  const own = resolutionAt(made.fsc, 0.143, box);
  const far = (angstrom: number | null) => (angstrom === null ? 'up to Nyquist' : `to ${angstrom.toFixed(1)} Å`);
  return (
    <FscCurve
      title="FSC"
      help={<HelpLink to="doubts" about="when not to believe a landscape" />}
      label="Fourier shell correlation of the model's map and that of the images, and of halves of the images"
      said={fsc ? `The model's map agrees with the data ${far(agreed)}; halves of the data agree ${far(own)}` : said}
      beside={{ fsc: made.fsc, name: 'halves of the data, masked' }}
      {...{ fsc, box }}
    />
  );
}

/** How far the halves agree that a map was made from; of a window also how far the model's map does. */
export function HalfMapFsc({ map, made }: { map: MapHandle; made: MadeFromImages }) {
  const box = boxAngstrom(map);
  const { fsc, resolutionAngstrom, model } = made;
  if (model) return <AgreementFsc map={map} made={made} fsc={model} said="" />;
  const isReached = resolutionAt(fsc, 0.143, box) !== null;
  return (
    <FscCurve
      title="FSC of maps of two halves of the images, inside the mask"
      label="Fourier shell correlation of maps of two halves of the images"
      said={isReached ? `0.143 at ${resolutionAngstrom.toFixed(1)} Å` : 'above 0.143 up to Nyquist'}
      {...{ fsc, box }}
    />
  );
}

interface FscCurveProps {
  title: string;
  help?: ReactNode;
  /** Of the picture. */
  label: string;
  said: string;
  fsc: Float32Array | null;
  /** A second, quieter curve. */
  beside?: { fsc: Float32Array; name: string };
  /** Å. */
  box: number;
}

function FscCurve({ title, help, label, said, fsc, beside, box }: FscCurveProps) {
  const theme = useThemeColors();
  const data = useMemo<ChartData[]>(() => {
    if (!fsc || box === 0) return [];
    const curve = (values: Float32Array, line: object): object => {
      const x = [...values].map((_, shell) => shell / box);
      return { type: 'scatter', mode: 'lines', x, y: [...values], line: { width: 2, ...line } };
    };
    const first = curve(fsc, { color: theme.accent });
    return (
      beside ? [curve(beside.fsc, { color: theme.text, dash: 'dash', width: 1 }), first] : [first]
    ) as ChartData[];
  }, [fsc, beside, box, theme]);
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 34, r: 8, t: 6, b: 34 },
      xaxis: { title: { text: '1/Å' }, rangemode: 'tozero', nticks: 5 },
      yaxis: { range: [Math.min(0, ...(fsc ?? [0])) - 0.02, 1.04], nticks: 4 },
      shapes: [0.5, 0.143].map((y) => ({
        ...{ type: 'line', xref: 'paper', x0: 0, x1: 1, y0: y, y1: y },
        line: { color: theme.border, width: 1, dash: 'dot' },
      })),
    }),
    [fsc, theme],
  );
  return (
    <div className={styles.fsc} data-testid="fsc">
      <div className={styles.fscHead}>
        <span>
          {title} {help}
        </span>
        <span className={styles.quiet} data-testid="fsc-resolution">
          {said}
        </span>
      </div>
      {fsc && beside && (
        <div className={styles.key}>
          <span>model and images</span>
          <span data-dashed>{beside.name}</span>
        </div>
      )}
      {fsc && (
        <div className={styles.fscChart}>
          <Chart label={label} data={data} layout={layout} config={STATIC} />
        </div>
      )}
    </div>
  );
}
