// Splits' sums into the gradients of the last layer and the loss, in a fixed order: COLUMNS columns a workgroup, PARTS
// invocations a column. Columns of partials: CHANNELS x INPUTS weights, bias, bias, squares. SCALED: divided by the loss
// scale, and the state is told of sums that are not finite. Needs adam/state.wgsl with Flag atomic<u32>.
struct Finish { splits: u32, accumulate: u32 };
@group(0) @binding(0) var<uniform> finish: Finish;
@group(0) @binding(1) var<storage, read_write> partials: array<f32>;
@group(0) @binding(2) var<storage, read_write> weights_into: array<f32>;
@group(0) @binding(3) var<storage, read_write> bias_into: array<f32>;
// losses[0] grows by the sum of squares.
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

const SIZE: u32 = CHANNELS * INPUTS;
var<workgroup> exchange: array<f32, COLUMNS * PARTS>;

fn put(column: u32, sum: f32) {
  if (column == SIZE + 2u) {
    losses[0] += sum;
    return;
  }
  let value = unscale(sum);
  if (column < SIZE) {
    weights_into[column] = select(value, weights_into[column] + value, finish.accumulate != 0u);
  } else if (column < SIZE + CHANNELS) {
    bias_into[column - SIZE] = select(value, bias_into[column - SIZE] + value, finish.accumulate != 0u);
  }
}

fn sum_of(column: u32, part: u32) -> f32 {
  var sum = 0.0;
  for (var split = part; split < finish.splits; split += PARTS) {
    sum += partials[split * (SIZE + 16u) + column];
  }
  return sum;
}
