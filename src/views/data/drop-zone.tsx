// The one place for files: drop, pick files, pick a folder.
import { FolderOpen, Layers2, Upload } from 'lucide-react';
import { useRef, type DragEvent } from 'react';
import { openFiles } from '../../stores/datasets.ts';
import { tellError } from '../../stores/shell.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { filesOfDrop, filesOfInput } from './dropped-files.ts';
import styles from './drop-zone.module.css';

/** Takes what was dropped; errors of reading a folder become a message. */
export function takeDrop(event: DragEvent): void {
  event.preventDefault();
  filesOfDrop(event.dataTransfer).then(openFiles).catch(tellError);
}

export interface DropZoneProps {
  large?: boolean;
  /** Something is dragged over the page. */
  over: boolean;
  /** What is asked for while nothing is dragged. */
  title: string;
}

export function DropZone({ large, over, title }: DropZoneProps) {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement) => {
    const taken = filesOfInput(input.files);
    input.value = '';
    void openFiles(taken);
  };
  return (
    <div
      className={classNames(styles.zone, large && styles.zoneLarge, over && styles.zoneOver)}
      data-testid="drop-zone"
    >
      <Layers2 className={styles.zoneIcon} aria-hidden="true" />
      <p className={styles.zoneTitle}>{over ? 'Release to read the files' : title}</p>
      {large && (
        <p className={styles.zoneText}>
          Any mix of files, or the whole folder. They are read where they lie: nothing is uploaded.
        </p>
      )}
      <div className={styles.zoneButtons}>
        <Button
          variant={large ? 'primary' : 'secondary'}
          size={large ? 'l' : 'm'}
          icon={<Upload />}
          testId="choose-files"
          onClick={() => files.current?.click()}
        >
          Choose files
        </Button>
        <Button
          size={large ? 'l' : 'm'}
          icon={<FolderOpen />}
          testId="choose-folder"
          onClick={() => folder.current?.click()}
        >
          Folder
        </Button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files"
        data-testid="drop-input"
        onChange={(event) => take(event.target)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder"
        data-testid="drop-folder-input"
        onChange={(event) => take(event.target)}
        {...{ webkitdirectory: '' }}
      />
    </div>
  );
}
