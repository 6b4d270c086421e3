// Access to the header's words and the layer records (../header-fields.ts).
import { Header, HEADER_ADDRESS, Layer } from '../header-fields';

@inline
export function word(field: Header): i32 {
  return load<i32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function pointer(field: Header): usize {
  return load<u32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function real(field: Header): f32 {
  return load<f32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}

/** Latents of the chunk: its images, or its pairs. */
@inline
export function latentsOfChunk(): i32 {
  return word(Header.count) / word(Header.tilts);
}
/** Panels of 8 latents. The encoder's rows are images: of the first tilts, then from a new panel on of the second ones. */
@inline
export function latentPanels(): i32 {
  return (latentsOfChunk() + 7) >> 3;
}

/** Address of record `layer` of a table of layer records. */
@inline
export function record(records: usize, layer: i32): usize {
  return records + (<usize>(layer * <i32>Layer.length) << 2);
}
@inline
export function layerWord(rec: usize, field: Layer): i32 {
  return load<i32>(rec + ((<usize>field) << 2));
}
@inline
export function layerPointer(rec: usize, field: Layer): usize {
  return load<u32>(rec + ((<usize>field) << 2));
}
/** Address of a float offset in the flat parameter buffer. */
@inline
export function parameterAt(offset: i32): usize {
  return pointer(Header.parameters) + ((<usize>offset) << 2);
}
/** Scratch of a thread. */
@inline
export function arenaOf(thread: i32): usize {
  return pointer(Header.arenas) + <usize>thread * pointer(Header.arenaBytes);
}
