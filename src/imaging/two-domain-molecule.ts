// The project's own molecule for demos and tests, made by rule and not taken from a structure: a core of nine helices, an
// arm of six that swings about a hinge, and a cap of three on the core that may swing about another or be absent. About 2000
// atoms, 80 Å long.
import { Random } from '../geometry/random.ts';
import type { Molecule } from './molecule.ts';

type Vector = [number, number, number];

interface Bundle {
  name: string;
  helices: number;
  residues: number;
  centre: Vector;
  axis: Vector;
}

const BUNDLES: Bundle[] = [
  { name: 'core', helices: 9, residues: 17, centre: [-14, 0, 0], axis: [0.2, 0.9, 0.3] },
  { name: 'arm', helices: 6, residues: 14, centre: [13, 9, 2], axis: [0.8, 0.1, -0.5] },
  { name: 'cap', helices: 3, residues: 11, centre: [-21, -21, 11], axis: [0.9, -0.2, 0.5] },
];
/** What swings, and about which axis in Å: the arm at the core's side, the cap where it lies on the core. */
const HINGES: { domain: string; origin: Vector; axis: Vector }[] = [
  { domain: 'arm', origin: [-1, 3, 1], axis: [0.25, -0.2, 0.95] },
  { domain: 'cap', origin: [-18, -10, 6], axis: [0.6, 0.2, 0.8] },
];
/** Å between neighbouring helices of a bundle. */
const HELIX_SPACING = 9.5;
const RISE_PER_RESIDUE = 1.5;
const TURN_PER_RESIDUE = (100 * Math.PI) / 180;
/** Backbone atoms of an α-helix in cylinder coordinates: radius Å, angle degrees, height Å, electrons. */
const BACKBONE = [
  [1.55, -28, -0.9, 7],
  [2.29, 0, 0, 6],
  [1.66, 27, 1.1, 6],
  [2.0, 32, 2.3, 8],
  [3.3, -18, -0.2, 6],
] as const;

const normalise = (v: Vector): Vector => v.map((c) => c / Math.hypot(...v)) as Vector;
const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
const add = (a: Vector, b: Vector, times: number): Vector => [
  a[0] + times * b[0],
  a[1] + times * b[1],
  a[2] + times * b[2],
];

/** Hexagonal lattice points in order of their distance from the centre of a triangle of it. */
function hexagonalSites(count: number): [number, number][] {
  const sites: [number, number][] = [];
  for (let i = -4; i <= 4; i++)
    for (let j = -4; j <= 4; j++) sites.push([i + j / 2 - 0.5, ((j - 1 / 3) * Math.sqrt(3)) / 2]);
  return sites.sort((a, b) => Math.hypot(...a) - Math.hypot(...b) || a[0] - b[0]).slice(0, count);
}

/** The molecule: the same atoms every time, drawn from a fixed seed. */
export function twoDomainMolecule(): Molecule {
  const random = new Random(20);
  const around = (width: number) => (random.uniform() - 0.5) * width;
  const positions: number[] = [];
  const weights: number[] = [];
  const domains: number[] = [];
  const put = (at: Vector, electrons: number, domain: number) => {
    positions.push(...at);
    weights.push(electrons);
    domains.push(domain);
  };
  BUNDLES.forEach((bundle, domain) => {
    const axis = normalise(bundle.axis);
    const side = normalise(cross(axis, [0, 0, 1]));
    const up = cross(axis, side);
    hexagonalSites(bundle.helices).forEach(([u, v], number) => {
      const direction = normalise(add(add(axis, side, around(0.4)), up, around(0.4)));
      const e1 = normalise(cross(direction, up));
      const e2 = cross(direction, e1);
      let middle = add(add(bundle.centre, side, u * HELIX_SPACING), up, v * HELIX_SPACING);
      middle = add(middle, axis, around(7));
      const residues = bundle.residues + Math.round(around(7));
      const phase = around(2 * Math.PI);
      // Neighbours run up and down in turn.
      const way = number % 2 === 0 ? 1 : -1;
      for (let residue = 0; residue < residues; residue++) {
        const height = (residue - residues / 2) * RISE_PER_RESIDUE;
        const turn = phase + residue * TURN_PER_RESIDUE;
        const atom = (radius: number, angle: number, rise: number): Vector => {
          const outward = add(add([0, 0, 0], e1, Math.cos(angle)), e2, Math.sin(angle));
          return add(add(middle, direction, way * (height + rise)), outward, radius);
        };
        for (const [radius, degrees, rise, electrons] of BACKBONE)
          put(atom(radius, turn + (degrees * Math.PI) / 180, rise), electrons, domain);
        // A side chain of 0 to 5 further atoms.
        for (let reach = 0, length = random.below(6); reach < length; reach++)
          put(atom(4.2 + 0.9 * reach, turn - 0.3 + around(0.5), around(1.6)), reach > 2 ? 7 : 6, domain);
      }
    });
  });
  return {
    name: 'two-domain molecule',
    positions: Float32Array.from(positions),
    weights: Float32Array.from(weights),
    domains: Uint8Array.from(domains),
    domainNames: BUNDLES.map((bundle) => bundle.name),
    hinges: HINGES.map(({ domain: name, origin, axis }) => ({
      moves: Uint8Array.from(domains, (domain) => (BUNDLES[domain].name === name ? 1 : 0)),
      origin,
      axis,
    })),
  };
}
