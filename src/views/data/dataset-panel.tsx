// An accepted dataset: its numbers, its pictures, its distributions, its warnings; and on to learning.
import { ArrowRight, Sparkles, TableProperties } from 'lucide-react';
import { useRef, type ReactNode } from 'react';
import type { DatasetSummary } from '../../../workers/contract.ts';
import { importColumns, useDatasets } from '../../stores/datasets.ts';
import { takeFirstLook } from '../../stores/first-look.ts';
import { activeRun, useRuns } from '../../stores/runs.ts';
import { goTo } from '../../stores/shell.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { countText, numberWith } from '../../ui/quantities.ts';
import { Distributions } from './distributions.tsx';
import { FirstAidPanel } from './first-aid-panel.tsx';
import { Gallery } from './gallery.tsx';
import { HelpLink } from '../help/help-link.tsx';
import styles from './dataset-panel.module.css';

export function DatasetPanel({ dataset }: { dataset: DatasetSummary }) {
  const notices = useDatasets((state) => state.columnNotices);
  const warnings = [...dataset.warnings, ...notices];
  return (
    <div className={styles.dataset} data-testid="dataset-panel">
      <header className={styles.datasetHead}>
        <div className={styles.datasetHeading}>
          <h1>{dataset.name}</h1>
          <HelpLink to="drop" about="what to look at before you go on" />
          {dataset.isDemo && <Badge tone="accent">simulated demo</Badge>}
          {!dataset.originalsAtHand && !dataset.imagesKept && (
            <Badge tone="warn" title="Drop the files again to see pictures and to train.">
              original files not open
            </Badge>
          )}
        </div>
        <div className={styles.datasetActions}>
          <ColumnsButton datasetId={dataset.id} />
          <Button
            variant={dataset.hasPoses ? 'secondary' : 'primary'}
            icon={<ArrowRight />}
            onClick={() => goTo('learn')}
            testId="go-learn"
          >
            Learn its structures
          </Button>
          {dataset.hasPoses && <FirstLookButton dataset={dataset} />}
        </div>
        <Facts dataset={dataset} />
      </header>
      {warnings.length > 0 && (
        <section className={styles.cards} aria-label="Warnings">
          {warnings.map((warning, index) => (
            <NoticeCard key={index} tone="warning" notice={warning} testId="dataset-warning" />
          ))}
        </section>
      )}
      <FirstAidPanel dataset={dataset} />
      <Gallery dataset={dataset} />
      <Distributions datasetId={dataset.id} />
    </div>
  );
}

/** One click from the particles to a landscape: starts a linear model and shows it. */
function FirstLookButton({ dataset }: { dataset: DatasetSummary }) {
  const busy = useRuns((state) => activeRun(state) !== null);
  const pending = useRuns((state) => state.pending);
  const readable = dataset.originalsAtHand || dataset.imagesKept;
  return (
    <Button
      variant="primary"
      icon={<Sparkles />}
      busy={pending === 'start'}
      disabled={busy || pending !== null || !readable}
      title={
        busy
          ? 'Another run is in progress'
          : 'A mean map and the directions in which it varies: seconds to minutes, no graphics card needed'
      }
      onClick={() => void takeFirstLook(dataset)}
      testId="first-look"
    >
      First look
    </Button>
  );
}

function Facts({ dataset }: { dataset: DatasetSummary }) {
  const { boxPixels, pixelSizeAngstrom } = dataset;
  return (
    <dl className={styles.facts}>
      <Fact name="Particles">{countText(dataset.particles)}</Fact>
      <Fact name="Box" note={`${numberWith(boxPixels * pixelSizeAngstrom, 4)} Å`}>
        {boxPixels} px
      </Fact>
      <Fact name="Pixel size" note={`Nyquist ${numberWith(2 * pixelSizeAngstrom, 3)} Å`}>
        {numberWith(pixelSizeAngstrom, 4)} Å
      </Fact>
      <Fact name="Poses" note={dataset.hasPoses ? undefined : 'can be found: Ab initio'}>
        {dataset.hasPoses ? 'given' : 'none'}
      </Fact>
      <Fact name="CTF" note={dataset.opticsGroups > 1 ? `${dataset.opticsGroups} optics groups` : undefined}>
        {dataset.hasCtf ? 'given' : 'none'}
      </Fact>
      <Fact name="Particles look">
        {dataset.looksWhite === null ? 'undecided' : dataset.looksWhite ? 'white on dark' : 'dark on white'}
      </Fact>
    </dl>
  );
}

function Fact({ name, note, children }: { name: string; note?: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>
        {children}
        {note && <span className={styles.factNote}>{note}</span>}
      </dd>
    </div>
  );
}

function ColumnsButton({ datasetId }: { datasetId: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button
        icon={<TableProperties />}
        title="A CSV with one row per particle: its columns can colour the landscape"
        onClick={() => input.current?.click()}
        testId="add-columns"
      >
        Add columns
      </Button>
      <FilePicker
        ref={input}
        accept=".csv,.tsv,.txt"
        label="CSV with columns"
        testId="columns-input"
        onFile={(file) => void importColumns(datasetId, { path: file.name, file })}
      />
    </>
  );
}
