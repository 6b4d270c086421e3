// What is done to maps once they are decoded, on the screen and in files: a mask, and no negative density.
import { useRef } from 'react';
import type { FinishRequest, RunSummary } from '../../../workers/contract.ts';
import { keptMaskWords } from '../../params/mask-words.ts';
import { keepMask, setFinish, useMaps, useMask } from '../../stores/explore/index.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { MaskError } from './mask-error.tsx';
import styles from './map-look.module.css';

type From = 'none' | NonNullable<FinishRequest['mask']>['from'];

export function MapFinishFields({ run }: { run: RunSummary }) {
  const { mask, clip } = useMaps((state) => state.finish);
  const picker = useRef<HTMLInputElement>(null);
  const drawn = useMask((state) => state.kept?.drawn ?? null);
  const take = async (file: File) => {
    if (await keepMask(run, { path: file.name, file })) choose('file');
  };
  const choose = (from: From) => {
    const { kept, keptCount: count } = useMask.getState();
    const names = {
      run: 'the mask of the run',
      drawn: kept?.drawn && keptMaskWords({ kind: 'drawn', ...kept.drawn }),
      file: kept?.file?.name,
    };
    const name = from === 'none' ? null : names[from];
    setFinish({ mask: from !== 'none' && name ? { from, name, count: from === 'run' ? 0 : count } : undefined });
  };
  return (
    <div className={styles.finish}>
      <span className={styles.lookHead}>Mask of decoded maps</span>
      <Segmented<From>
        label="Mask of decoded maps"
        small
        fill
        value={mask?.from ?? 'none'}
        options={[
          { value: 'none', label: 'None' },
          ...(run.can.mask
            ? [{ value: 'run' as const, label: 'Solvent mask', title: 'The mask that the run was fitted with' }]
            : []),
          ...(drawn
            ? [{ value: 'drawn' as const, label: 'Drawn', title: keptMaskWords({ kind: 'drawn', ...drawn }) }]
            : []),
          { value: 'file', label: 'File…', title: 'A map of 0 to 1 (MRC) of the same field of view' },
        ]}
        onChange={(from) => (from === 'file' ? picker.current?.click() : choose(from))}
        testId="finish-mask"
      />
      {mask?.from === 'file' && (
        <Button size="s" title="Choose another file" onClick={() => picker.current?.click()}>
          {mask.name}
        </Button>
      )}
      <MaskError />
      <Switch
        label="No negative density"
        checked={clip === true}
        onChange={(on) => setFinish({ clip: on })}
        testId="finish-clip"
      />
      <FilePicker ref={picker} accept=".mrc,.map" testId="finish-mask-input" onFile={(file) => void take(file)} />
    </div>
  );
}
