// Masks over the map: the solvent mask of a run, how far it reaches, of a first look another one to fit it again with; and one that is
// drawn.
import { useRef } from 'react';
import { Play } from 'lucide-react';
import type { DatasetSummary, MaskChoice, RunSummary } from '../../../workers/contract.ts';
import {
  chooseMask,
  fitAgain,
  isOwn,
  keepMask,
  ownChoice,
  showMapAlong,
  showMask,
  useMask,
} from '../../stores/explore/index.ts';
import { keptMaskWords } from '../../params/mask-words.ts';
import { useDatasets } from '../../stores/datasets.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { Button } from '../../ui/button.tsx';
import { percentText } from '../../ui/quantities.ts';
import { Segmented } from '../../ui/segmented.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { HelpLink } from '../help/help-link.tsx';
import { MaskDrawingPanel } from './mask-drawing.tsx';
import { MaskError } from './mask-error.tsx';
import tabs from './tabs.module.css';
import styles from './mask-tab.module.css';

/** Å that the slider reaches; further is said on the command line. */
const REACH = { least: -20, most: 40 } as const;

export function MaskTab({ run }: { run: RunSummary }) {
  return (
    <div className={tabs.tab} data-testid="mask">
      {run.can.mask && <SolventMask run={run} />}
      <MaskError />
      <MaskDrawingPanel run={run} />
    </div>
  );
}

function SolventMask({ run }: { run: RunSummary }) {
  const shown = useMask((state) => state.shown);
  const surface = useMask((state) => state.surface);
  const computing = useMask((state) => state.computing);
  const extent = surface?.extent;
  return (
    <>
      <div className={tabs.controls}>
        <Switch
          label="Show the solvent mask"
          checked={shown}
          onChange={(on) => showMask(run, on)}
          testId="mask-shown"
        />
        {run.can.components && (
          <Button size="s" onClick={() => showMapAlong(new Array<number>(run.latentDimension).fill(0))}>
            Mean map
          </Button>
        )}
        <p className={styles.words} data-testid="mask-extent" data-computing={computing}>
          {extent
            ? `Reaches ${extent.reachAngstrom.toFixed(0)} Å from the middle of the box · ${percentText(extent.share)} of the box`
            : computing
              ? 'Making the mask…'
              : ''}
        </p>
        <HelpLink to="firstLook" about="the solvent mask" />
      </div>
      {run.job === 'linear' && <AnotherMask run={run} />}
    </>
  );
}

/** Of a first look: another mask, seen at once, and the fit with it. */
function AnotherMask({ run }: { run: RunSummary }) {
  const choice = useMask((state) => state.choice);
  const file = useMask((state) => state.kept?.file ?? null);
  const drawn = useMask((state) => state.kept?.drawn ?? null);
  const own = useMask(isOwn);
  const surface = useMask((state) => state.surface);
  const dataset = useDatasets((state) => state.datasets.find(({ id }) => id === run.datasetId));
  const going = useRuns((state) => activeRun(state) !== null);
  const picker = useRef<HTMLInputElement>(null);
  const given = ownChoice(run).from === 'file';
  const from = (next: MaskChoice['from']) => {
    if (next === 'file' && !file && !given) picker.current?.click();
    else chooseMask({ from: next });
  };
  return (
    <div className={styles.fields}>
      <div className={styles.choice}>
        <Segmented<MaskChoice['from']>
          label="Solvent mask"
          small
          value={choice.from}
          options={[
            { value: 'auto', label: 'Found', title: 'Around the density of the mean map' },
            { value: 'sphere', label: 'Sphere' },
            ...(drawn
              ? [{ value: 'drawn' as const, label: 'Drawn', title: keptMaskWords({ kind: 'drawn', ...drawn }) }]
              : []),
            { value: 'file', label: 'File…', title: 'A map of 0 to 1 (MRC) of the same field of view' },
          ]}
          onChange={from}
          testId="mask-from"
        />
        {choice.from === 'file' && (
          <Button size="s" onClick={() => picker.current?.click()} testId="mask-choose">
            {file?.name ?? 'Another file…'}
          </Button>
        )}
      </div>
      <Slider
        label="Wider by"
        className={styles.slider}
        value={choice.widerAngstrom}
        min={REACH.least}
        max={REACH.most}
        step={1}
        unit="Å"
        onChange={(widerAngstrom) => chooseMask({ widerAngstrom })}
        testId="mask-wider"
      />
      <Button
        icon={<Play />}
        variant={own ? 'secondary' : 'primary'}
        disabled={own || going || !dataset?.originalsAtHand || !surface}
        title={whyNot({ own, going, dataset })}
        onClick={() => void fitAgain()}
        testId="mask-fit"
      >
        Fit again with this mask
      </Button>
      <FilePicker
        ref={picker}
        accept=".mrc,.map"
        testId="mask-file"
        onFile={(file) => void keepMask(run, { path: file.name, file }, { inFit: true })}
      />
    </div>
  );
}

function whyNot({ own, going, dataset }: { own: boolean; going: boolean; dataset?: DatasetSummary }): string {
  if (!dataset) return 'The particles of this run are no longer kept';
  // The noise is measured in the images themselves.
  if (!dataset.originalsAtHand) return 'Open the original files of the particles again first, on Data';
  if (going) return 'Another run is going on';
  return own ? 'This is the mask that the run was fitted with' : 'A new first look; this run stays as it is';
}
