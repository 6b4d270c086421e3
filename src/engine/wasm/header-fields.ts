// The header that the engine writes into a model's memory and every thread's kernels read: one 32-bit word a field.
// TypeScript and AssemblyScript both import this file, so every word is defined once. Pointers are byte addresses.
// "Padded" sizes are rounded up: features and units to multiples of 4, rows to panels of 8. f32 fields are said so.

/** Byte addresses: barrier and work counter; header; layer records. */
export const SYNC_ADDRESS = 1024;
/** How often a thread went to sleep at the barrier. */
export const SLEEPS_ADDRESS = SYNC_ADDRESS + 192;
/** Byte at which the words of `Header` (or of `Scoring`) begin. */
export const HEADER_ADDRESS = 2048;
/** Byte at which the layers' records begin. */
export const RECORDS_ADDRESS = 4096;

export const enum Header {
  // Shape of the model.
  zDim,
  zPadded,
  /** 2 in domain 'fourier' (Re, Im), 1 in domain 'hartley'. */
  channels,
  /** f32: slope of the activation below zero. */
  slope,
  /** Images that share a latent, one after the other. */
  tilts,
  points,
  /** P/2: points with a mirror image behind them. */
  half,
  /** Rows of half an image, padded. */
  halfRows,
  /** Panels of 8 rows an image, and the blocks they are split into. */
  panelsPerImage,
  blocksPerImage,
  groups,
  hiddenPadded,
  waves,
  featureRows,
  decoderLayers,
  encoderLayers,
  encoderHalf,
  /** Threads that share the encoder. */
  encoderThreads,
  // Tables.
  waveTable,
  halfX,
  halfY,
  encoderSlot,
  /** Ring of each half point. */
  ringOfPoint,
  decoderRecords,
  encoderRecords,
  // Parameters: one flat padded buffer; the first `sharedFloats` of it have one gradient, the rest one a group.
  parameters,
  firstMoments,
  secondMoments,
  gradient,
  groupGradients,
  groupStride,
  groupTouched,
  parameterFloats,
  sharedFloats,
  /** Offsets in floats of the decoder's z columns and first bias. */
  zWeights,
  firstBias,
  // A chunk of images.
  images,
  rotations,
  translations,
  ctf,
  optics,
  /** Of weighted residuals: √w by ring, D/2 + 1 floats an image, and the contrasts. */
  amplitudes,
  contrast,
  rings,
  noise,
  target,
  transfer,
  latents,
  latentGradients,
  imageBias,
  imageBiasGradient,
  blockSums,
  blockLosses,
  losses,
  // Coordinates asked for by evaluate.
  coordinates,
  values,
  // Scratch of a thread; offsets within it.
  arenas,
  arenaBytes,
  arenaCoordinates,
  arenaFlips,
  arenaOutput,
  arenaGradientA,
  arenaGradientB,
  /** Eight units of a gradient, turned: 256 bytes a panel. */
  arenaTurned,
  outputStride,
  hiddenStride,
  encoderOutput,
  encoderOutputStride,
  encoderOutputGradient,
  encoderGradientA,
  encoderGradientB,
  encoderHiddenStride,
  // What to do now.
  count,
  batchCount,
  firstChunk,
  lastChunk,
  hasTranslations,
  hasCtf,
  hasOptics,
  hasWeights,
  hasNoise,
  rows,
  /** f32: β, learning rate over the first bias correction, 1/√(second bias correction), weight decay. */
  beta,
  stepSize,
  secondScale,
  weightDecay,
  length,
}

/** One linear layer. */
export const enum Layer {
  inputsPadded,
  outputsPadded,
  /** Float offsets in the flat buffer; the weight is kept as panels [outputs/4][inputs][4]. */
  weight,
  bias,
  /** Byte address of the transposed panels [inputs/4][outputs][4]; 0 where the gradient of the input is not needed. */
  transposed,
  residual,
  activation,
  /** Its inputs are the outputs of the layer before of both images of a pair, one image's units after the other's. */
  joined,
  /** Panels of its input: byte address (encoder) or offset in the arena (decoder), bytes from panel to panel. */
  input,
  inputStride,
  length,
}
