// The atomic model that a run begins at: dropped or chosen, with what is in it and which chains are taken.
import { useRef } from 'react';
import { chooseModelFile, dropModelFiles, toggleChain, useModelFile } from '../../stores/model-file.ts';
import { tellError } from '../../stores/shell.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { useDropTarget } from '../../ui/drop-target.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { countText } from '../../ui/quantities.ts';
import { Toggle } from '../../ui/toggle.tsx';
import { filesOfDrop } from '../data/dropped-files.ts';
import { HelpLink } from '../help/help-link.tsx';
import lines from './lines.module.css';
import styles from './model-panel.module.css';

export function ModelPanel({ boxAngstrom }: { boxAngstrom: number }) {
  const input = useRef<HTMLInputElement>(null);
  const file = useModelFile((state) => state.file);
  const reading = useModelFile((state) => state.reading);
  const error = useModelFile((state) => state.error);
  const { over, handlers } = useDropTarget((event) => {
    filesOfDrop(event.dataTransfer).then(dropModelFiles).catch(tellError);
  });
  return (
    <div {...handlers} className={classNames(styles.drop, over && styles.dropOver)} data-testid="model-drop">
      <div className={styles.row}>
        <Button size="s" busy={reading} onClick={() => input.current?.click()} testId="choose-model">
          {file ? file.path : 'Atomic model…'}
        </Button>
        <span className={lines.quiet}>{file ? 'Drop another here' : 'Drop a PDB or mmCIF file here'}</span>
        <HelpLink to="atoms" about="atoms as the field" />
      </div>
      <FilePicker
        ref={input}
        accept=".pdb,.ent,.cif,.mmcif"
        label="Atomic model"
        testId="model-file"
        onFile={(chosen) => void chooseModelFile({ path: chosen.name, file: chosen })}
      />
      {error && <NoticeCard tone="error" notice={error} testId="model-error" />}
      <Description boxAngstrom={boxAngstrom} />
    </div>
  );
}

function Description({ boxAngstrom }: { boxAngstrom: number }) {
  const description = useModelFile((state) => state.description);
  const chains = useModelFile((state) => state.chains);
  if (!description) return null;
  const { residues, gaussians, extentAngstrom, notices } = description;
  return (
    <>
      {description.chains.length > 1 && (
        <div className={styles.row} role="group" aria-label="Chains">
          {description.chains.map(({ name, residues: own }) => (
            <Toggle
              key={name}
              label={`${name || '–'}: ${own}`}
              small
              pressed={chains === null || chains.includes(name)}
              onChange={() => void toggleChain(name)}
              testId={`chain-${name}`}
            />
          ))}
        </div>
      )}
      <p className={lines.quiet} data-testid="model-text">
        {countText(residues)} residues, {countText(gaussians)} Gaussians, {extentAngstrom.toFixed(0)} Å across; the box
        of the images is {boxAngstrom.toFixed(0)} Å.
      </p>
      {notices.map((notice, i) => (
        <p key={i} className={lines.quiet}>
          {notice.message}
        </p>
      ))}
    </>
  );
}
