// What is done to maps once they are decoded, on the screen and in files: a mask, and no negative density.
import { useRef } from 'react';
import type { FinishRequest, RunSummary } from '../../../workers/contract.ts';
import { chooseMaskFile, setFinish, useMaps, useMask } from '../../stores/explore/index.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { Button } from '../../ui/button.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { MaskError } from './mask-error.tsx';
import styles from './map-look.module.css';

export function MapFinishFields({ run }: { run: RunSummary }) {
  const { mask, clip } = useMaps((state) => state.finish);
  const picker = useRef<HTMLInputElement>(null);
  const take = async (file: File) => {
    if (await chooseMaskFile(run, { path: file.name, file }, false)) {
      const chosen = useMask.getState().file;
      if (chosen) setFinish({ mask: { from: 'file', ...chosen } });
    }
  };
  return (
    <div className={styles.finish}>
      <span className={styles.lookHead}>Mask of decoded maps</span>
      <Segmented<'none' | 'run' | 'file'>
        label="Mask of decoded maps"
        small
        fill
        value={mask?.from ?? 'none'}
        options={[
          { value: 'none', label: 'None' },
          ...(run.can.mask
            ? [{ value: 'run' as const, label: 'Solvent mask', title: 'The mask that the run was fitted with' }]
            : []),
          { value: 'file', label: 'File…', title: 'A map of 0 to 1 (MRC) of the same field of view' },
        ]}
        onChange={(from) => (from === 'file' ? picker.current?.click() : setFinish({ mask: MASKS[from] }))}
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

const MASKS: Record<'none' | 'run', FinishRequest['mask']> = {
  none: undefined,
  run: { from: 'run', name: 'the mask of the run', count: 0 },
};
