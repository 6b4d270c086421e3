// Wasserstein-1 (earth mover's) distance between populations: along a line exactly, by the area between the distribution functions; with
// any costs between states as a transport problem, by successive shortest paths with potentials (Edmonds & Karp 1972).
import { VitrineError } from '../base/errors.ts';

/** Places on a line and how much is at each; all alike where `weights` is absent. */
export interface LinePopulation {
  values: ArrayLike<number>;
  weights?: ArrayLike<number>;
}

/** Distance of two populations on a line, each taken as a share of its whole, in the unit of the values. Error: 'value-out-of-range'. */
export function wassersteinOnLine(a: LinePopulation, b: LinePopulation): number {
  const points = [...sharesOf(a, 1), ...sharesOf(b, -1)].sort((p, q) => p.at - q.at);
  let [distance, difference] = [0, 0];
  for (let i = 0; i + 1 < points.length; i++) {
    difference += points[i].share;
    distance += Math.abs(difference) * (points[i + 1].at - points[i].at);
  }
  return distance;
}

function sharesOf({ values, weights }: LinePopulation, sign: number): { at: number; share: number }[] {
  const shares = normalised(weights ?? new Float64Array(values.length).fill(1));
  return Array.from(values, (at, i) => ({ at, share: sign * shares[i] }));
}

/** Shares of 1. Error: 'value-out-of-range' for weights below 0 or none above. */
function normalised(weights: ArrayLike<number>): Float64Array {
  const shares = Float64Array.from(weights);
  const total = shares.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0) || shares.some((weight) => !(weight >= 0)))
    throw new VitrineError('value-out-of-range', 'A population has weights below zero, or none above.', {
      expected: 'weights of 0 or more',
    });
  return shares.map((weight) => weight / total);
}

/** What is left of a share by rounding counts as nothing. */
const NOTHING = 1e-14;

/**
 * Least Σ moved × cost that turns the shares `from` (n) into `to` (m); `costs`: n×m, 0 or more. Some hundred states a side. Errors:
 * 'count-mismatch', 'value-out-of-range'.
 */
export function earthMoverDistance(from: ArrayLike<number>, to: ArrayLike<number>, costs: ArrayLike<number>): number {
  const [n, m] = [from.length, to.length];
  if (costs.length !== n * m)
    throw new VitrineError('count-mismatch', 'The costs are not between these states.', {
      expected: `${n} × ${m}`,
      found: String(costs.length),
    });
  const supply = normalised(from);
  const demand = normalised(to);
  const flow = new Float64Array(n * m);
  const potential = new Float64Array(n + m);
  for (;;) {
    const path = shortestPath({ supply, demand, costs, flow, potential });
    if (!path) break;
    let amount = Math.min(supply[path[0]], demand[path[path.length - 1] - n]);
    for (let i = 1; i + 1 < path.length; i += 2) amount = Math.min(amount, flow[path[i + 1] * m + path[i] - n]);
    for (let i = 0; i + 1 < path.length; i++) {
      const forward = path[i] < n;
      const edge = forward ? path[i] * m + path[i + 1] - n : path[i + 1] * m + path[i] - n;
      flow[edge] += forward ? amount : -amount;
    }
    supply[path[0]] -= amount;
    demand[path[path.length - 1] - n] -= amount;
  }
  return flow.reduce((sum, amount, edge) => sum + amount * costs[edge], 0);
}

interface Transport {
  supply: Float64Array;
  demand: Float64Array;
  costs: ArrayLike<number>;
  flow: Float64Array;
  potential: Float64Array;
}

/** Dijkstra from every source with something left to the nearest sink that wants some: nodes 0 … n−1 are sources, then sinks. */
function shortestPath({ supply, demand, costs, flow, potential }: Transport): number[] | null {
  const [n, m] = [supply.length, demand.length];
  const distance = new Float64Array(n + m).fill(Infinity);
  const before = new Int32Array(n + m).fill(-1);
  const done = new Uint8Array(n + m);
  supply.forEach((left, i) => left > NOTHING && (distance[i] = 0));
  for (;;) {
    let node = -1;
    for (let i = 0; i < n + m; i++) if (!done[i] && (node < 0 || distance[i] < distance[node])) node = i;
    if (node < 0 || distance[node] === Infinity) return null;
    done[node] = 1;
    if (node >= n && demand[node - n] > NOTHING) {
      // Nodes further away count as far as this one, so that reduced costs stay 0 or more.
      for (let i = 0; i < n + m; i++) potential[i] += Math.min(distance[i], distance[node]);
      const path = [node];
      while (before[path[0]] >= 0) path.unshift(before[path[0]]);
      return path;
    }
    const relax = (next: number, cost: number): void => {
      const length = distance[node] + Math.max(0, cost + potential[node] - potential[next]);
      if (!done[next] && length < distance[next]) {
        distance[next] = length;
        before[next] = node;
      }
    };
    if (node < n) for (let j = 0; j < m; j++) relax(n + j, costs[node * m + j]);
    else for (let i = 0; i < n; i++) if (flow[i * m + node - n] > NOTHING) relax(i, -costs[i * m + node - n]);
  }
}
