// A small protein as a file: an α helix with a kink, one side-chain atom a residue.

/**
 * PDB of `count` residues of chain A, whose atoms have their mean at `middle` (Å on each axis) before each residue is moved by up to `shake`
 * on each axis.
 */
export function helixPdb(count: number, middle = 0, shake = 0): string {
  const atoms = helix(count);
  const mean = [0, 1, 2].map((axis) => atoms.reduce((sum, { at }) => sum + at[axis], 0) / atoms.length);
  const lines = atoms.map(({ name, residue, at }, i) => {
    // The same each time, and of no period of the helix.
    const place = at.map((v, axis) => v - mean[axis] + middle + shake * Math.sin(7.3 * (axis + 1) * residue));
    return (
      `ATOM  ${String(i + 1).padStart(5)}  ${name.padEnd(3)} ALA A${String(residue).padStart(4)}    ` +
      `${place.map((v) => v.toFixed(3).padStart(8)).join('')}  1.00  0.00           ${name[0]}`
    );
  });
  return `${lines.join('\n')}\nEND\n`;
}

function helix(count: number): { name: string; residue: number; at: number[] }[] {
  return Array.from({ length: count }, (_, i) => {
    const turn = (100 * i * Math.PI) / 180;
    const bend = i < count / 2 ? 0 : 0.6 * (i - count / 2);
    const on = (name: string, radius: number, rise: number, angle: number) => ({
      ...{ name, residue: i + 1 },
      at: [radius * Math.cos(turn + angle) + bend, radius * Math.sin(turn + angle), 1.5 * i + rise],
    });
    return [
      on('N', 1.6, -0.9, -0.5),
      on('CA', 2.3, 0, 0),
      on('C', 1.7, 1.1, 0.4),
      on('O', 2, 2.2, 0.3),
      on('CB', 3.3, -0.3, 0.2),
    ];
  }).flat();
}
