import type { Server } from 'node:http';
export function serveFolder(
  folder: string,
  options?: { port?: number; isolated?: boolean },
): Promise<{ server: Server; url: string }>;
