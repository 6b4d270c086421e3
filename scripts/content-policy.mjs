// Nothing leaves the page: every kind of request is confined to the page's own origin. `wasm-unsafe-eval` compiles wasm;
// `blob:` workers are tfjs's threads; inline styles are plotly's and the positioned popovers'. The page carries it as a
// meta element; workers do not inherit that, so it also comes as a header, from the server or the service worker.
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval' blob:",
  "worker-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'none'",
].join('; ');
