// Files out of a drop, a file picker or a folder picker, with their paths within the drop.
import type { DroppedFile } from '../../../workers/contract.ts';

/** Names that systems put into folders and nobody means to drop. */
const IGNORED = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)$/;

function kept(files: DroppedFile[]): DroppedFile[] {
  return files.filter(({ path }) => !IGNORED.test(path));
}

export function filesOfInput(list: FileList | null): DroppedFile[] {
  return kept([...(list ?? [])].map((file) => ({ path: file.webkitRelativePath || file.name, file })));
}

/** All files of a drop, folders included. Entries have to be taken before the first await: the drop's list is cleared. */
export async function filesOfDrop(transfer: DataTransfer): Promise<DroppedFile[]> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found: DroppedFile[] = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ path: entry.name, file: entry });
    else if (entry) await walk(entry, found);
  }
  return kept(found);
}

async function walk(entry: FileSystemEntry, found: DroppedFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives at most a hundred entries a call; an empty answer is the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (entries.length === 0) return;
    for (const each of entries) await walk(each, found);
  }
}
