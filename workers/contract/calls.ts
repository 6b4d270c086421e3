// What every long call takes and tells.

export interface Progress {
  /** 0 … 1, or null while the end is unknown. */
  fraction: number | null;
  /** What is being done, for people: "Reading 3,000 of 4,000 images". */
  message: string;
}

export interface CallOptions {
  id: string;
  onProgress?: (progress: Progress) => void;
}

export interface Cancellable {
  cancel(id: string): void;
}
