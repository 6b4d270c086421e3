// The door of Explore's stores: what screens, stories and the start of the page may use of them. Nothing else of this folder
// is imported from outside it.
export type { Job } from './backend.ts';
export { useColumns } from './columns.ts';
export { DEPOSIT, depositionBytes, exportDeposition } from './deposition.ts';
export {
  cancelExport,
  exportLatents,
  exportList,
  exportMaps,
  exportPoses,
  exportRunFolder,
  exportStructures,
  type ExportScope,
  formatObstacle,
  importList,
  type MapSet,
  mapSetSize,
  poseObstacle,
  setScope,
  useExports,
  useScopeRows,
} from './exports.ts';
export { loadPosterior, loadSpread, useComponents } from './components.ts';
export { cancelGallery, type GalleryItem, openGallery, useGallery } from './gallery.ts';
export { PAGE_SIZE, pageCount, refreshImages, setImages, useImages } from './images.ts';
export {
  addToPath,
  AXIS_PAIRS,
  axisColumns,
  type AxisPair,
  type LandscapeTool,
  lassoInData,
  markerPlace,
  markRow,
  placeOfRow,
  probeAt,
  setAxis,
  setAxisPair,
  setLandscape,
  setPath,
  useLandscape,
} from './landscape.ts';
export { chooseMask, dismissMaskError, fitAgain, isOwn, keepMask, ownChoice, showMask, useMask } from './mask.ts';
export {
  addMaskFile,
  addShape,
  changePart,
  dismissDrawingError,
  growAt,
  keepDrawnMask,
  removePart,
  saveDrawnMask,
  setGrowing,
  setMaskDrawing,
  useMaskDrawing,
} from './mask-drawing.ts';
export {
  cancelMap,
  dismissMapError,
  pinAsB,
  reconstructHere,
  setArrangement,
  setFinish,
  setLevel,
  setLook,
  showMapAlong,
  showLandscapeMap,
  showMapAt,
  unpinB,
} from './maps.ts';
export { type MapLook, type ShownMap, useMaps } from './maps-state.ts';
export { planesOf, projectionOf } from './map-values.ts';
export { reconstructRows } from './selection-map.ts';
export {
  displacementOf,
  loadStructure,
  setStructureLook,
  type StructureColoring,
  type StructuresState,
  useStructures,
} from './structures.ts';
export { finishText, nameOf, titleOf } from './names.ts';
export {
  cancelStates,
  computeParticleVolumes,
  cutStates,
  dismissStatesError,
  excludeStates,
  measureHomogeneity,
  excludeTicked,
  exportStates,
  openStates,
  planStates,
  reclusterStates,
  remaskStates,
  rowsOfState,
  runStates,
  setStatesSettings,
  shownStates,
  tickState,
  useStates,
} from './states.ts';
export { computeFreeEnergy, computePath, playPath, setFreeEnergy, useFreeEnergy } from './free-energy.ts';
export { useShownRun } from './run.ts';
export {
  clearSelection,
  deleteSelection,
  invertSelection,
  modeWith,
  nameOfRows,
  recolorSelection,
  redo,
  renameSelection,
  saveSelection,
  select,
  selectAll,
  setMode,
  undo,
  useSelections,
} from './selections.ts';
export {
  addColumns,
  cancelJob,
  computeClusters,
  computeUmap,
  dismissError,
  isHomogeneous,
  readFits,
  rowsOfCluster,
  useExplore,
} from './store.ts';
export { type ExploreTestState, exploreTestState, exploreTestVerbs, mapsKeptState } from './test-api.ts';
export {
  boxOfFrames,
  cancelTrajectory,
  decodeTrajectory,
  decodeWalk,
  pause,
  play,
  setPlayback,
  setTrajectory,
  showFrame,
  useTrajectory,
  windowsOf,
} from './trajectory.ts';
export { startExplore } from './start.ts';
