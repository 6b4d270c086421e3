// What every job takes: a signal to stop it and a place to say how far it is. The same in a worker and on a terminal.
export interface JobProgress {
  /** 0 … 1, or null while the end is unknown. */
  fraction: number | null;
  /** What is being done, for people. */
  message: string;
}

export interface JobOptions {
  signal?: AbortSignal;
  onProgress?: (progress: JobProgress) => void;
}
