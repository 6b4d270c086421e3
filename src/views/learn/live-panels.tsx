// The landscape and a map after the latest epoch, or the map of an ab initio start.
import { FlipHorizontal2 } from 'lucide-react';
import { useMemo } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import { nameOfRow } from '../../base/particle-identity.ts';
import { useOriginalIndex } from '../../stores/datasets.ts';
import { useLive } from '../../stores/live-landscape.ts';
import { flipRun, useRuns } from '../../stores/runs.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { MapView } from '../../viewer3d/map-view.tsx';
import boxes from './boxes.module.css';

/** More points than this do not change the picture while it is only looked at. */
const POINTS_DRAWN = 60_000;

export function LiveLandscape({ run }: { run: RunSummary }) {
  const runId = useLive((state) => state.runId);
  const cloud = useLive((state) => state.cloud);
  const epoch = useLive((state) => state.epoch);
  const error = useLive((state) => state.error);
  const row = useLive((state) => state.row);
  const colors = useThemeColors();
  const own = runId === run.id ? cloud : null;
  const data = useMemo<ChartData[]>(() => {
    if (!own) return [];
    const { values, width } = own;
    const count = values.length / width;
    const stride = Math.max(1, Math.ceil(count / POINTS_DRAWN));
    const drawn = Math.ceil(count / stride);
    const second = width > 1 ? 1 : 0;
    const x = Float32Array.from({ length: drawn }, (_, i) => values[i * stride * width]);
    const y = Float32Array.from({ length: drawn }, (_, i) => values[i * stride * width + second]);
    const marker = { size: drawn > 20_000 ? 2 : 3, color: colors.accent, opacity: drawn > 20_000 ? 0.25 : 0.45 };
    const points: ChartData = { type: 'scattergl', mode: 'markers', x, y, marker, hoverinfo: 'skip' };
    if (row === null) return [points];
    const place: ChartData = {
      type: 'scattergl',
      mode: 'markers',
      x: [values[row * width]],
      y: [values[row * width + second]],
      marker: { size: 10, symbol: 'circle-open', color: colors.text, line: { width: 2 } },
      hoverinfo: 'skip',
    };
    return [points, place];
  }, [own, row, colors]);
  const layout = useMemo<ChartLayout>(() => {
    const [first = '', second = first] = own?.titles ?? [];
    return {
      margin: { l: 44, r: 12, t: 8, b: 36 },
      xaxis: { title: { text: first } },
      yaxis: { title: { text: second } },
    };
  }, [own]);
  const pass = passName(run);
  if (run.latentDimension === 0) return null;
  return (
    <Panel title="Landscape" note={own ? `latents after ${pass} ${epoch}` : undefined} flush testId="live-landscape">
      <div className={boxes.liveBox}>
        {own ? (
          <Chart label="Landscape of the latents" data={data} layout={layout} testId="live-landscape-chart" />
        ) : (
          <EmptyState title={`Appears after the first ${pass}`}>
            {error
              ? error.message
              : 'Each particle becomes a point; particles of similar structure lie close together.'}
          </EmptyState>
        )}
      </div>
    </Panel>
  );
}

export function LiveMap({ run }: { run: RunSummary }) {
  const runId = useLive((state) => state.runId);
  const mesh = useLive((state) => state.mesh);
  const epoch = useLive((state) => state.epoch);
  const row = useLive((state) => state.row);
  const boxAngstrom = useLive((state) => state.boxAngstrom);
  const loading = useLive((state) => state.loading);
  const error = useLive((state) => state.error);
  const original = useOriginalIndex(run.datasetId);
  const own = runId === run.id ? mesh : null;
  const { accent } = useThemeColors();
  const abInitio = run.job === 'ab-initio';
  const when = epoch === 0 ? 'from the first poses' : `after ${passName(run)} ${epoch}`;
  return (
    <Panel
      title="Map"
      note={own ? (row === null ? when : `at ${nameOfRow(row, original)}, ${when}`) : ''}
      actions={
        <>
          {loading && <Spinner label="Decoding" />}
          {run.mirrored && (
            <Badge tone="accent" title="The hand was flipped after training" testId="mirrored">
              mirrored
            </Badge>
          )}
          {run.can.turnHand && <FlipHand run={run} />}
        </>
      }
      flush
      testId="live-map"
    >
      <div className={boxes.liveBox}>
        {own ? (
          <MapView
            mesh={own}
            color={accent}
            boxAngstrom={boxAngstrom}
            label={epoch === 0 ? 'Map from the first poses' : `Map of the latest ${passName(run)}`}
            testId="live-map-view"
          />
        ) : (
          <EmptyState title={abInitio ? 'Appears with the first poses' : `Appears after the first ${passName(run)}`}>
            {error
              ? error.message
              : run.latentDimension === 0
                ? 'The density that all images share.'
                : 'The density at the middle of the landscape.'}
          </EmptyState>
        )}
      </div>
    </Panel>
  );
}

/** What a pass over the images is called. */
function passName({ job }: RunSummary): string {
  return job === 'linear' ? 'iteration' : 'epoch';
}

/** Images alone leave the hand open: a structure and its mirror image explain them equally well. */
function FlipHand({ run }: { run: RunSummary }) {
  const pending = useRuns((state) => state.pending);
  const going = run.status === 'running' || run.status === 'paused';
  if (run.epochsDone === 0) return null;
  return (
    <Button
      size="s"
      icon={<FlipHorizontal2 />}
      busy={pending === 'flip'}
      disabled={going || pending !== null}
      title={
        'Cryo-EM images cannot tell the hand of a molecule. Flip it where helices are left-handed' +
        (going ? ', once the run has ended.' : '.')
      }
      onClick={() => void flipRun(run.id)}
      testId="flip-hand"
    >
      Flip hand
    </Button>
  );
}
