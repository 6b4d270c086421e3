// A comparison of maps as files: tables, figures, the FSC as EMDB's deposition takes it, and sentences.
import { writeMrcVolume } from '../formats/mrc-write.ts';
import type { Storage } from '../library/storage.ts';
import { curvesFigure, fscFigure } from '../plots/curves.ts';
import { csvOf } from './csv.ts';
import type { MapComparison, ToldCurve } from './compare-maps.ts';

/** Names of the files below the storage's root. */
export async function writeComparison(found: MapComparison, storage: Storage, prefix = ''): Promise<string[]> {
  const { boxPixels, pixelSizeAngstrom, curves, guinier, anisotropy, localAngstrom } = found;
  const files: [name: string, content: string | Uint8Array][] = [
    ['fsc.csv', fscCsv(found)],
    ['fsc.svg', fscFigure('Fourier shell correlation', curves, boxPixels, pixelSizeAngstrom)],
    ['fsc.xml', fscXml(curves[curves.length - 1], boxPixels, pixelSizeAngstrom)],
  ];
  if (guinier)
    files.push(
      [
        'guinier.csv',
        csvOf([
          { name: 'inverse_d2', values: guinier.squaredFrequencies },
          { name: 'ln_amplitude', values: guinier.logAmplitudes },
        ]),
      ],
      ['guinier.svg', guinierFigure(guinier)],
    );
  if (anisotropy) files.push(['directions.csv', directionsCsv(anisotropy)]);
  if (localAngstrom)
    files.push(['local_resolution.mrc', writeMrcVolume({ boxPixels, pixelSizeAngstrom, values: localAngstrom })]);
  for (const [name, content] of files) await storage.write(`${prefix}${name}`, content);
  return files.map(([name]) => `${prefix}${name}`);
}

function fscCsv({ curves, boxPixels, pixelSizeAngstrom }: MapComparison): string {
  const shells = Float64Array.from(curves[0].values.keys());
  return csvOf([
    { name: 'shell', values: shells },
    { name: 'frequency_per_angstrom', values: shells.map((shell) => shell / (boxPixels * pixelSizeAngstrom)) },
    ...curves.map(({ name, values }) => ({ name: `fsc_${name.replaceAll(' ', '_')}`, values })),
  ]);
}

/** EMDB's layout: a title, names of the axes, coordinates; x in 1/Å. */
export function fscXml({ name, values }: ToldCurve, boxPixels: number, pixelSizeAngstrom: number): string {
  const points = Array.from(values, (value, shell) => {
    const x = shell / (boxPixels * pixelSizeAngstrom);
    return `  <coordinate>\n    <x>${x.toFixed(8)}</x>\n    <y>${value.toFixed(8)}</y>\n  </coordinate>`;
  });
  const head = `<fsc title="Fourier shell correlation (${name})" xaxis="Resolution (1/A)" yaxis="Correlation coefficient">`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...points, '</fsc>', ''].join('\n');
}

function guinierFigure(guinier: NonNullable<MapComparison['guinier']>): string {
  const { squaredFrequencies: x, logAmplitudes: y, bFactor, intercept, fitted } = guinier;
  const along = x.slice(fitted.from - 1, fitted.to);
  return curvesFigure({
    title: `Guinier plot: B = ${bFactor.toFixed(0)} Å²`,
    ...{ xLabel: '1/d², Å⁻²', yLabel: 'ln amplitude' },
    curves: [
      { name: 'map', x, y: y.map((value) => (Number.isFinite(value) ? value : NaN)) },
      { name: 'fit', x: along, y: along.map((s2) => intercept - (bFactor / 4) * s2) },
    ],
  });
}

function directionsCsv({ directions, resolutionAngstrom }: NonNullable<MapComparison['anisotropy']>): string {
  const axis = (i: number) => resolutionAngstrom.map((_, v) => directions[3 * v + i]);
  return csvOf([
    ...['x', 'y', 'z'].map((name, i) => ({ name, values: axis(i) })),
    { name: 'resolution_angstrom', values: resolutionAngstrom },
  ]);
}

/** What was found, in sentences. */
export function comparisonWords(found: MapComparison): string[] {
  const { curves, guinier, anisotropy, localRange, fromShell, boxPixels, pixelSizeAngstrom } = found;
  const lines = curves.map(
    ({ name, resolution05, resolution0143 }) =>
      `${name}: ${resolution05.toFixed(2)} Å at 0.5, ${resolution0143.toFixed(2)} Å at 0.143 (first crossings)`,
  );
  if (fromShell !== null)
    lines.push(`phases random beyond ${((boxPixels * pixelSizeAngstrom) / fromShell).toFixed(2)} Å`);
  if (guinier) lines.push(`B factor of the mean: ${guinier.bFactor.toFixed(0)} Å²`);
  if (anisotropy)
    lines.push(
      `by direction: ${anisotropy.bestAngstrom.toFixed(2)} to ${anisotropy.worstAngstrom.toFixed(2)} Å at 0.143, sphericity ${anisotropy.sphericity.toFixed(3)}`,
    );
  if (localRange)
    lines.push(
      `by place: ${localRange.best.toFixed(2)} to ${localRange.worst.toFixed(2)} Å at 0.5, median ${localRange.median.toFixed(2)} Å`,
    );
  return lines;
}
