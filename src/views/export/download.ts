// Hands a file to the browser's downloads; nothing leaves the machine.

export function saveFile(name: string, content: Uint8Array | Blob): void {
  // A copy: the bytes may lie in memory shared between threads, which a Blob refuses.
  const blob = content instanceof Blob ? content : new Blob([new Uint8Array(content)]);
  const url = URL.createObjectURL(blob);
  follow(name, url);
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export function saveDataUrl(name: string, url: string): void {
  follow(name, url);
}

function follow(name: string, url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.rel = 'noopener';
  document.body.append(link);
  link.click();
  link.remove();
}
