// Where the maps of a landscape are compared: a threshold of each, inside of a mask; and the mask that the landscape at hand was made in.
import { useRef } from 'react';
import { FileInput, Pencil } from 'lucide-react';
import type { LandscapeSettings, RunSummary } from '../../../../workers/contract.ts';
import { keptMaskWords, maskWords } from '../../../params/mask-words.ts';
import { keepMask, setStatesSettings, useMask, useStates } from '../../../stores/explore/index.ts';
import { IconButton } from '../../../ui/button.tsx';
import { FilePicker } from '../../../ui/file-picker.tsx';
import { percentText } from '../../../ui/quantities.ts';
import { Select } from '../../../ui/select.tsx';
import { NumberField } from '../../../ui/text-field.tsx';
import { MaskError } from '../mask-error.tsx';
import styles from './states.module.css';

type Mask = LandscapeSettings['mask'];

const set = (change: Partial<Mask>) => setStatesSettings({ mask: change });

export function MaskFields({ run, onDraw }: { run: RunSummary; onDraw: () => void }) {
  const mask = useStates((state) => state.settings.mask);
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <div className={styles.row}>
        <Select<Mask['threshold']>
          className={styles.wide}
          label="Compare"
          hideLabel
          small
          value={mask.threshold}
          options={[
            { value: 'percentile', label: 'Above half the 99.99th percentile', hint: 'of any map, cryoDRGN’s' },
            { value: 'maximum', label: 'Above half the maximum', hint: 'of any map' },
            { value: 'none', label: 'The whole mask or box' },
          ]}
          onChange={(threshold) => set({ threshold })}
          testId="states-threshold"
        />
        <Within run={run} onFile={() => picker.current?.click()} />
      </div>
      <div className={styles.row}>
        <NumberField
          inline
          small
          width={2}
          label="Wider"
          unit="Å"
          value={mask.dilateAngstrom}
          onCommit={(typed) => set({ dilateAngstrom: Math.max(0, typed) })}
          testId="states-dilate"
        />
        <NumberField
          inline
          small
          width={2}
          label="Edge"
          unit="Å"
          value={mask.edgeAngstrom}
          onCommit={(typed) => set({ edgeAngstrom: Math.max(0, typed) })}
          testId="states-edge"
        />
        <IconButton size="s" label="Draw a mask" icon={<Pencil />} onClick={onDraw} testId="states-draw" />
        <IconButton
          size="s"
          label="Choose the file of a mask"
          icon={<FileInput />}
          onClick={() => picker.current?.click()}
          testId="states-mask-choose"
        />
        <FilePicker
          ref={picker}
          accept=".mrc,.map"
          testId="states-mask-file"
          onFile={(file) =>
            void keepMask(run, { path: file.name, file }).then((isKept) => isKept && set({ within: 'file' }))
          }
        />
      </div>
      <MaskError />
      <MaskInUse />
    </>
  );
}

function Within({ run, onFile }: { run: RunSummary; onFile: () => void }) {
  const within = useStates((state) => state.settings.mask.within);
  const kept = useMask((state) => state.kept);
  return (
    <Select<Mask['within']>
      className={styles.wide}
      label="Inside of"
      hideLabel
      small
      value={within}
      options={[
        { value: 'none', label: 'In the whole box' },
        { value: 'run', label: 'In the solvent mask', disabled: !run.can.mask },
        {
          ...{ value: 'drawn', label: 'In the drawn mask', disabled: !kept?.drawn },
          hint: kept?.drawn ? keptMaskWords({ kind: 'drawn', ...kept.drawn }) : 'none was drawn and kept',
        },
        { value: 'file', label: 'In the mask of a file', hint: kept?.file?.name ?? 'none was chosen yet' },
      ]}
      onChange={(value) => (value === 'file' && !kept?.file ? onFile() : set({ within: value }))}
      testId="states-within"
    />
  );
}

/** What the landscape that is there was made in, whatever was drawn or chosen since. */
function MaskInUse() {
  const landscape = useStates((state) => state.landscape);
  if (!landscape) return null;
  const { mask, settings } = landscape;
  return (
    <p className={styles.quiet} data-testid="states-mask-in-use">
      Mask in use: {maskWords(settings.mask, mask.within)}. {percentText(mask.share)} of the box.
    </p>
  );
}
