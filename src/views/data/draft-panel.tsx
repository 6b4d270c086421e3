// What a drop adds up to: what it has, what is missing, what has to be said, each file; then accept.
import { ArrowRight, CircleCheck, CircleDashed, X } from 'lucide-react';
import type { ReactNode } from 'react';
import type { DatasetDraft } from '../../../workers/contract.ts';
import { acceptDraft, discardDraft, lacksFiles, useDatasets } from '../../stores/datasets.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { countText, numberWith } from '../../ui/quantities.ts';
import { DraftFiles } from './draft-files.tsx';
import { DraftQuestions } from './questions/draft-questions.tsx';
import { HelpLink } from '../help/help-link.tsx';
import styles from './draft-panel.module.css';

export function DraftPanel({ draft }: { draft: DatasetDraft }) {
  const work = useDatasets((state) => state.work);
  const open = draft.questions.length > 0;
  const acceptable = !lacksFiles(draft) && !open;
  const failed = draft.files.filter((file) => file.error);
  return (
    <div className={styles.draft} data-testid="draft">
      <Panel
        title={draft.name || 'New dataset'}
        note={`${countText(draft.files.length)} ${draft.files.length === 1 ? 'file' : 'files'} dropped`}
        actions={
          <>
            <HelpLink to="questions" about="questions the studio asks" />
            <IconButton label="Discard these files" icon={<X />} onClick={discardDraft} testId="discard-draft" />
          </>
        }
        footer={
          <div className={styles.acceptRow}>
            <p className={styles.acceptText}>
              {acceptable
                ? draft.hasPoses
                  ? 'Everything needed is here.'
                  : 'Poses can be found from the images (Ab initio). To train with known poses, drop them too.'
                : open
                  ? 'Answer the question above to continue.'
                  : 'Drop what is missing: it joins these files.'}
            </p>
            <Button
              variant="primary"
              size="l"
              icon={<ArrowRight />}
              disabled={!acceptable || work !== null}
              busy={work?.kind === 'accepting'}
              testId="accept"
              onClick={() => void acceptDraft()}
            >
              Use this dataset
            </Button>
          </div>
        }
      >
        <Contents draft={draft} />
        {draft.missing.length > 0 && (
          <ul className={styles.missing} data-testid="draft-missing">
            {draft.missing.map((what) => (
              <li key={what}>
                <CircleDashed aria-hidden="true" />
                {what}
              </li>
            ))}
          </ul>
        )}
        <DraftQuestions questions={draft.questions} busy={work !== null} />
      </Panel>
      {failed.length > 0 && (
        <section className={styles.cards} aria-label="Files that could not be read">
          {failed.map((file) => (
            <NoticeCard
              key={file.path}
              tone="error"
              notice={{ ...file.error!, file: file.error?.file ?? file.path }}
              testId="file-error"
            />
          ))}
        </section>
      )}
      {draft.warnings.length > 0 && (
        <section className={styles.cards} aria-label="Warnings">
          {draft.warnings.map((warning, index) => (
            <NoticeCard key={index} tone="warning" notice={warning} testId="draft-warning" />
          ))}
        </section>
      )}
      <Panel title="Files" flush>
        <DraftFiles files={draft.files} />
      </Panel>
    </div>
  );
}

function Contents({ draft }: { draft: DatasetDraft }) {
  const { particles, boxPixels, pixelSizeAngstrom, selectedOf, opticsGroups } = draft;
  const pixelAsked = draft.questions.some(({ kind }) => kind === 'pixel-size');
  return (
    <ul className={styles.contents} aria-label="What the files hold">
      <Item
        name="Particles"
        value={particles === null ? null : countText(particles)}
        note={selectedOf !== null ? `selected of ${countText(selectedOf)}` : undefined}
      />
      <Item name="Box" value={boxPixels === null ? null : `${boxPixels} px`} />
      <Item
        name="Pixel size"
        value={pixelSizeAngstrom === null || pixelAsked ? null : `${numberWith(pixelSizeAngstrom, 4)} Å`}
      />
      <Item
        name="Poses"
        value={draft.hasPoses ? 'there' : null}
        note={draft.hasPoses ? undefined : 'can be found from the images'}
      />
      <Item
        name="CTF"
        value={draft.hasCtf ? 'there' : null}
        note={opticsGroups > 1 ? `${opticsGroups} optics groups` : undefined}
      />
    </ul>
  );
}

function Item({ name, value, note }: { name: string; value: ReactNode; note?: string }) {
  const there = value !== null;
  return (
    <li className={there ? styles.there : styles.absent}>
      {there ? <CircleCheck aria-hidden="true" /> : <CircleDashed aria-hidden="true" />}
      <span className={styles.itemName}>{name}</span>
      <span className={styles.itemValue}>{value ?? 'not yet'}</span>
      {note && <span className={styles.itemNote}>{note}</span>}
    </li>
  );
}
