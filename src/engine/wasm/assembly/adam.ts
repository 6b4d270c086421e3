// Adam over the flat parameter buffer (Kingma & Ba 2015, PyTorch's form: L2 weight decay in the gradient, ε 1e-8 outside
// the corrected root). The decoder's gradient is summed over the groups here, in order.
import { Header } from '../header-fields';
import { pointer, real, word } from './header';

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;

export function adam(thread: i32, threads: i32): void {
  const floats = word(Header.parameterFloats);
  const shared = word(Header.sharedFloats);
  const from = <i32>((<i64>(floats >> 2) * thread) / threads) << 2;
  const to = <i32>((<i64>(floats >> 2) * (thread + 1)) / threads) << 2;
  const values = pointer(Header.parameters);
  const firsts = pointer(Header.firstMoments);
  const seconds = pointer(Header.secondMoments);
  const gradient = pointer(Header.gradient);
  const touched = pointer(Header.groupTouched);
  const groupStride = pointer(Header.groupStride);
  const groups = word(Header.groups);
  const decay = f32x4.splat(real(Header.weightDecay));
  const stepSize = f32x4.splat(real(Header.stepSize));
  const secondScale = f32x4.splat(real(Header.secondScale));
  for (let i = from; i < to; i += 4) {
    const at = (<usize>i) << 2;
    let g: v128;
    if (i < shared) {
      g = v128.load(gradient + at);
    } else {
      g = f32x4.splat(0);
      let part = pointer(Header.groupGradients) + at - ((<usize>shared) << 2);
      for (let group = 0; group < groups; group++) {
        if (load<i32>(touched + ((<usize>group) << 2))) g = f32x4.add(g, v128.load(part));
        part += groupStride;
      }
    }
    const value = v128.load(values + at);
    g = f32x4.add(g, f32x4.mul(decay, value));
    const m = f32x4.add(
      f32x4.mul(f32x4.splat(BETA_1), v128.load(firsts + at)),
      f32x4.mul(f32x4.splat(<f32>(1 - 0.9)), g),
    );
    const v = f32x4.add(
      f32x4.mul(f32x4.splat(BETA_2), v128.load(seconds + at)),
      f32x4.mul(f32x4.splat(<f32>(1 - 0.999)), f32x4.mul(g, g)),
    );
    v128.store(firsts + at, m);
    v128.store(seconds + at, v);
    const root = f32x4.add(f32x4.mul(f32x4.sqrt(v), secondScale), f32x4.splat(1e-8));
    v128.store(values + at, f32x4.sub(value, f32x4.div(f32x4.mul(stepSize, m), root)));
  }
}
