// plotly.js with the traces the studio draws, and no other: loaded by chart.tsx when the first chart is shown.
import './plotly-global.ts';
import Plotly from 'plotly.js/lib/core';
import bar from 'plotly.js/lib/bar';
import contour from 'plotly.js/lib/contour';
import heatmap from 'plotly.js/lib/heatmap';
import histogram from 'plotly.js/lib/histogram';
import histogram2d from 'plotly.js/lib/histogram2d';
import scattergl from 'plotly.js/src/traces/scattergl/strict';

// `scatter` comes with the core.
Plotly.register([scattergl, bar, heatmap, histogram, histogram2d, contour]);

export default Plotly;
