// The named selections kept with the run: colour, name, count; a click selects again.
import { useState } from 'react';
import { Bookmark, Pencil, Trash2 } from 'lucide-react';
import {
  deleteSelection,
  recolorSelection,
  renameSelection,
  select,
  selectAll,
  useSelections,
} from '../../stores/explore/index.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import styles from './lists.module.css';

export function SelectionList() {
  const named = useSelections((state) => state.named);
  const error = useSelections((state) => state.error);
  const total = useSelections((state) => state.total);
  const [editing, setEditing] = useState<number | null>(null);
  return (
    <div className={styles.side} data-testid="named-selections">
      <div className={styles.sideHead}>
        <h2>Selections</h2>
        <Button size="s" variant="ghost" disabled={total === 0} onClick={selectAll} testId="select-all">
          Select all
        </Button>
      </div>
      {error && <NoticeCard notice={error} tone="error" />}
      {named.length === 0 ? (
        <p className={styles.quiet}>
          <Bookmark size="1em" /> Lasso a group of particles and save it: it is kept with the run and can be exported.
        </p>
      ) : (
        <ul className={styles.named}>
          {named.map((one, index) => (
            <li key={`${index} ${one.name}`} className={styles.namedRow} data-testid={`named-${index}`}>
              <input
                type="color"
                className={styles.swatch}
                aria-label={`Colour of ${one.name}`}
                value={one.color}
                onChange={(event) => void recolorSelection(index, event.target.value)}
              />
              {editing === index ? (
                <input
                  className={styles.rename}
                  aria-label={`New name of ${one.name}`}
                  defaultValue={one.name}
                  autoFocus
                  data-testid={`rename-input-${index}`}
                  onBlur={(event) => {
                    setEditing(null);
                    void renameSelection(index, event.target.value);
                  }}
                  onKeyDown={(event) => {
                    event.stopPropagation();
                    if (event.key === 'Enter') event.currentTarget.blur();
                    if (event.key === 'Escape') setEditing(null);
                  }}
                />
              ) : (
                <button
                  type="button"
                  className={styles.pick}
                  title="Select (shift adds, alt takes away)"
                  data-testid={`select-named-${index}`}
                  onClick={(event) =>
                    select(one.indices, event.shiftKey ? 'add' : event.altKey ? 'subtract' : 'replace')
                  }
                  onDoubleClick={() => setEditing(index)}
                >
                  <span className={styles.pickName}>{one.name}</span>
                  <span className={styles.pickCount}>{one.indices.length.toLocaleString('en')}</span>
                </button>
              )}
              <span className={styles.rowButtons}>
                <IconButton
                  size="s"
                  label={`Rename ${one.name}`}
                  icon={<Pencil />}
                  onClick={() => setEditing(index)}
                  testId={`rename-${index}`}
                />
                <IconButton
                  size="s"
                  label={`Delete ${one.name}`}
                  icon={<Trash2 />}
                  onClick={() => void deleteSelection(index)}
                  testId={`delete-${index}`}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
