// What is selected, how the next gesture changes it, and the steps back and forth.
import { BookmarkPlus, Eraser, FlipHorizontal2, Images, Redo2, Undo2 } from 'lucide-react';
import {
  clearSelection,
  invertSelection,
  reconstructRows,
  redo,
  saveSelection,
  setMode,
  undo,
  useExplore,
  useMaps,
  useSelections,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { DepositPopover } from './deposit-popover.tsx';
import styles from './landscape.module.css';

export function SelectionBar() {
  const current = useSelections((state) => state.current);
  const total = useSelections((state) => state.total);
  const mode = useSelections((state) => state.mode);
  const past = useSelections((state) => state.past);
  const future = useSelections((state) => state.future);
  const hasLatents = useExplore((state) => state.latents !== null);
  const decoding = useMaps((state) => state.decoding);
  return (
    <div className={styles.bar} data-foot="">
      <span className={styles.count} data-testid="selection-count" data-count={current.length} aria-live="polite">
        <strong>{current.length.toLocaleString('en')}</strong> of {total.toLocaleString('en')} selected
      </span>
      <Segmented
        label="The next lasso or box"
        small
        value={mode}
        options={[
          { value: 'replace', label: 'Replace' },
          { value: 'add', label: 'Add', title: 'or hold Shift' },
          { value: 'subtract', label: 'Subtract', title: 'or hold Alt' },
          { value: 'intersect', label: 'Intersect', title: 'or hold Shift and Alt' },
        ]}
        onChange={setMode}
        testId="selection-mode"
      />
      <span className={styles.grow} />
      <IconButton
        size="s"
        label="Undo (Ctrl Z)"
        icon={<Undo2 />}
        disabled={past.length === 0}
        onClick={undo}
        testId="undo"
      />
      <IconButton
        size="s"
        label="Redo (Ctrl Shift Z)"
        icon={<Redo2 />}
        disabled={future.length === 0}
        onClick={redo}
        testId="redo"
      />
      <IconButton size="s" label="Invert" icon={<FlipHorizontal2 />} onClick={invertSelection} testId="invert" />
      <IconButton
        size="s"
        label="Clear (Esc)"
        icon={<Eraser />}
        disabled={current.length === 0}
        onClick={clearSelection}
        testId="clear"
      />
      <span className={styles.group}>
        <Button
          size="s"
          icon={<Images />}
          disabled={current.length < 2 || !hasLatents || decoding}
          title="Reconstruct this selection: the map of its images alone, beside the model's at the middle of it"
          onClick={() => reconstructRows(current, 'Selection')}
          testId="reconstruct-selection"
        >
          Reconstruct
        </Button>
        <DepositPopover rows={current} />
        <Button
          size="s"
          icon={<BookmarkPlus />}
          disabled={current.length === 0}
          onClick={() => void saveSelection('')}
          testId="save-selection"
        >
          {' '}
          Save
        </Button>
      </span>
    </div>
  );
}
