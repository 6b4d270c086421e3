// Maps, latents, a state to deposit, found poses and the run folder.
import { Download } from 'lucide-react';
import type { PoseFormat, RunSummary } from '../../../workers/contract.ts';
import {
  type ExportScope,
  exportLatents,
  exportMaps,
  exportPoses,
  exportRunFolder,
  finishText,
  type MapSet,
  mapSetSize,
  nameOfRows,
  poseObstacle,
  type ShownMap,
  useExplore,
  useExports,
  useMaps,
  useScopeRows,
  useSelections,
  useTrajectory,
} from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { MapFinishFields } from '../explore/map-finish.tsx';
import { HelpLink } from '../help/help-link.tsx';
import { DepositForm } from './deposit-form.tsx';
import { saveFile } from './download.ts';
import styles from './export-view.module.css';

interface ExportRowProps {
  name: string;
  text: string;
  disabled: boolean;
  job: string;
  onSave: () => void;
  testId: string;
}

function ExportRow({ name, text, disabled, job, onSave, testId }: ExportRowProps) {
  const busy = useExports((state) => state.busy);
  return (
    <li className={styles.row} data-off={disabled}>
      <div>
        <h3>{name}</h3>
        <p>{text}</p>
      </div>
      <Button
        size="s"
        icon={<Download />}
        disabled={disabled || busy !== null}
        busy={busy === job}
        onClick={onSave}
        testId={testId}
      >
        Save
      </Button>
    </li>
  );
}

function describe({ label, map }: ShownMap): string {
  return [label, finishText(map)].filter(Boolean).join(', ');
}

export function MapsPanel() {
  const current = useMaps((state) => state.a);
  const run = useExplore((state) => state.run);
  const clusters = useExplore((state) => state.clusters);
  const frameBox = useTrajectory((state) => state.frames[0]?.map.boxPixels ?? 0);
  const box = run ? `${run.boxPixels}³ voxels` : '';
  const rows: { maps: MapSet; name: string; text: string }[] = [
    {
      maps: 'current',
      name: 'The map on the screen',
      text: current && !current.preview ? `${describe(current)}, one MRC` : 'Show a map on Explore first.',
    },
  ];
  if (run && run.latentDimension > 0) {
    const k = clusters.result?.centreIndices.length ?? 0;
    const steps = mapSetSize('trajectory');
    rows.push(
      {
        maps: 'centres',
        name: 'Maps of the k-means centres',
        text: k > 0 ? `${k} maps of ${box}, decoded now, a zip of vol_001.mrc …` : 'Clusters are not computed yet.',
      },
      {
        maps: 'trajectory',
        name: 'The trajectory',
        text:
          steps > 0
            ? `${steps} maps of ${frameBox}³ voxels in order, a zip of vol_001.mrc …`
            : 'Decode a trajectory on Explore first.',
      },
    );
  }
  if (run?.can.mask) rows.push({ maps: 'mask', name: 'The solvent mask', text: `Factors 0 to 1 of ${box}, one MRC.` });
  return (
    <Panel title="Maps" note="MRC, with the pixel size in the header" testId="export-maps">
      <ul className={styles.rows}>
        {rows.map(({ maps, name, text }) => (
          <ExportRow
            key={maps}
            name={name}
            text={text}
            disabled={mapSetSize(maps) === 0}
            job={`maps.${maps}`}
            onSave={() => void exportMaps(maps, saveFile)}
            testId={`export-maps-${maps}`}
          />
        ))}
      </ul>
      {run && (
        <div className={styles.finish}>
          <MapFinishFields run={run} />
        </div>
      )}
    </Panel>
  );
}

export function LatentsPanel() {
  const scope = useExports((state) => state.scope);
  const latents = useExplore((state) => state.latents);
  const count = useScopeRows().length;
  const what = `${count.toLocaleString('en')} × ${latents?.zDim ?? 0}`;
  return (
    <Panel title="Latents" note={what} testId="export-latents">
      <ul className={styles.rows}>
        <ExportRow
          name="z.pkl"
          text="As cryoDRGN writes it: μ, then log σ²."
          disabled={!latents || count === 0}
          job="latents.pkl"
          onSave={() => void exportLatents('pkl', scope, saveFile)}
          testId="export-latents-pkl"
        />
        <ExportRow
          name="CSV"
          text="One row per particle, with its index in the original stack."
          disabled={!latents || count === 0}
          job="latents.csv"
          onSave={() => void exportLatents('csv', scope, saveFile)}
          testId="export-latents-csv"
        />
      </ul>
    </Panel>
  );
}

/** A state of the particles that were chosen on the left. */
export function DepositPanel() {
  const rows = useScopeRows();
  const scope = useExports((state) => state.scope);
  const named = useSelections((state) => state.named);
  const suggested = scopeName(scope, named) ?? nameOfRows(rows) ?? 'Selection';
  return (
    <Panel
      title="A state for the EMDB"
      note={`${rows.length.toLocaleString('en')} particles`}
      actions={<HelpLink to="deposit" about="a state for the EMDB" />}
      testId="export-deposit"
    >
      <DepositForm key={suggested} rows={rows} suggested={suggested} />
    </Panel>
  );
}

function scopeName(scope: ExportScope, named: readonly { name: string }[]): string | null {
  if (scope.kind === 'named') return named[scope.index]?.name ?? null;
  if (scope.kind === 'cluster') return `Cluster ${scope.cluster + 1}`;
  return scope.kind === 'all' ? 'All particles' : null;
}

const POSE_FORMATS: { format: PoseFormat; name: string; purpose: string }[] = [
  { format: 'pkl', name: 'pose.pkl', purpose: 'cryoDRGN. Rotations and shifts, for training with known poses.' },
  { format: 'star', name: 'STAR', purpose: 'RELION. Angles and origins, to refine from there.' },
  { format: 'cs', name: '.cs', purpose: 'cryoSPARC. The rows as they were, with pose and shift.' },
];

export function PosesPanel({ run }: { run: RunSummary }) {
  // What can be written depends on the dataset.
  useExplore((state) => state.dataset);
  return (
    <Panel title="Poses" note={`found, of all particles${run.mirrored ? ', mirrored' : ''}`} testId="export-poses">
      <ul className={styles.rows}>
        {POSE_FORMATS.map(({ format, name, purpose }) => {
          const obstacle = poseObstacle(format);
          return (
            <ExportRow
              key={format}
              name={name}
              text={obstacle ?? purpose}
              disabled={obstacle !== null}
              job={`poses.${format}`}
              onSave={() => void exportPoses(format, saveFile)}
              testId={`export-poses-${format}`}
            />
          );
        })}
      </ul>
    </Panel>
  );
}

export function RunPanel({ run }: { run: RunSummary }) {
  const epoch = run.epochsDone;
  const folder = run.name.replace(/[^\w.-]+/g, '_');
  const command =
    run.latentDimension === 0
      ? `cryodrgn eval_vol ${folder}/weights.${epoch}.pkl -c ${folder}/config.yaml -o map.mrc`
      : `cryodrgn analyze ${folder} ${epoch}`;
  return (
    <Panel title="The run" note={`${run.name}, epoch ${epoch}`} testId="export-run">
      <ul className={styles.rows}>
        <ExportRow
          name="Run folder (zip)"
          text="A cryoDRGN work directory: config.yaml, weights, latents, poses, and vitrine.json."
          disabled={false}
          job="run"
          onSave={() => void exportRunFolder(saveFile)}
          testId="export-run-folder"
        />
      </ul>
      <p className={styles.hint}>To open it in cryoDRGN: unpack it, which makes the folder {folder}, then</p>
      <code className={styles.command}>{command}</code>
    </Panel>
  );
}
