// A file chosen by a button or a menu: the hidden input that opens the system's dialog. `ref.current.click()` opens it.
import type { Ref } from 'react';

/** What it takes, and who hears of the file. */
export interface FilePickerProps {
  ref: Ref<HTMLInputElement>;
  /** As the attribute: ".mrc,.map". */
  accept?: string;
  label?: string;
  testId: string;
  onFile: (file: File) => void;
}

/** The same file may be chosen twice: it may have changed. */
export function FilePicker({ ref, accept, label, testId, onFile }: FilePickerProps) {
  return (
    <input
      ref={ref}
      type="file"
      accept={accept}
      hidden
      aria-label={label}
      data-testid={testId}
      onChange={({ target }) => {
        const file = target.files?.[0];
        target.value = '';
        if (file) onFile(file);
      }}
    />
  );
}
