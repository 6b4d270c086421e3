// A file on disk as a Blob, read by range. Node's own fs.openAsBlob counts bytes in 32 bits (seen in Node 20: a 13 GB
// stack looks 222 MB long), and particle stacks are larger than that.
import { closeSync, fstatSync, openSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

class FileRange extends Blob {
  constructor(
    readonly path: string,
    private readonly start: number,
    private readonly end: number,
  ) {
    super();
  }

  override get size(): number {
    return this.end - this.start;
  }

  override slice(from = 0, to = this.size): Blob {
    const clamp = (value: number) => Math.min(this.size, Math.max(0, value < 0 ? this.size + value : value));
    const start = this.start + clamp(from);
    return new FileRange(this.path, start, Math.max(start, this.start + clamp(to)));
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    await using file = await open(this.path, 'r');
    const length = await fill(file, bytes, this.start);
    return length === bytes.length ? bytes.buffer : bytes.buffer.slice(0, length);
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }

  override stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let at = 0;
    const step = 1 << 20;
    return new ReadableStream({
      pull: async (controller) => {
        const part = new Uint8Array(await this.slice(at, at + step).arrayBuffer());
        at += step;
        if (part.length > 0) controller.enqueue(part);
        if (at >= this.size) controller.close();
      },
    });
  }
}

async function fill(file: FileHandle, bytes: Uint8Array, start: number): Promise<number> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
}

/** Path of a file that openFileBlob opened; null for any other Blob. */
export function diskPathOf(blob: Blob): string | null {
  return blob instanceof FileRange ? blob.path : null;
}

/** The file at `path`; nothing is read yet. Errors: Node's own (ENOENT, EACCES …). */
export function openFileBlob(path: string): Blob {
  const handle = openSync(path, 'r');
  try {
    return new FileRange(path, 0, fstatSync(handle).size);
  } finally {
    closeSync(handle);
  }
}
