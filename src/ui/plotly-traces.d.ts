// The scattergl trace with precompiled shader programs: regl's usual way builds functions from text, which the page's
// content security policy forbids.
declare module 'plotly.js/src/traces/scattergl/strict' {
  import type { PlotlyModule } from 'plotly.js';
  const trace: PlotlyModule;
  export default trace;
}
