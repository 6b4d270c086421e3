// What is selected, how the next gesture changes it, and the steps back and forth.
import { Eraser, FlipHorizontal2, Redo2, Undo2, BookmarkPlus } from 'lucide-react';
import {
  clearSelection,
  invertSelection,
  redo,
  saveSelection,
  setMode,
  undo,
  useSelections,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import styles from './landscape.module.css';

export function SelectionBar() {
  const current = useSelections((state) => state.current);
  const total = useSelections((state) => state.total);
  const mode = useSelections((state) => state.mode);
  const past = useSelections((state) => state.past);
  const future = useSelections((state) => state.future);
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
    </div>
  );
}
