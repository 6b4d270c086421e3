// The colours of what is coloured by a number, and the range that they stand for.
import type { SpreadMap } from '../../../workers/contract.ts';
import { numberWith } from '../../ui/quantities.ts';
import { RAMP } from '../../viewer3d/ramp.ts';
import type { ColoringRange } from './structure-picture.ts';
import styles from './map-panel.module.css';

const GRADIENT = `linear-gradient(to right, ${RAMP.join(', ')})`;

export function ShadeKey({ shade }: { shade: SpreadMap }) {
  return (
    <Key
      title="Standard deviation of each voxel over the particles, in the units of the map"
      name="variation"
      low="0"
      high={numberWith(shade.high, 2)}
      testId="shade-key"
    />
  );
}

/** Of an atomic model that is coloured by a number. */
export function StructureKey({ range: { low, high, unit } }: { range: ColoringRange }) {
  const isResidue = unit === 'residue';
  return (
    <Key
      title={isResidue ? 'Residues from the first to the last of the model' : 'Distances of the model’s Gaussians'}
      name={isResidue ? 'residue' : 'distance'}
      low={numberWith(low, 3)}
      high={isResidue ? String(high) : `${numberWith(high, 2)} Å`}
      testId="structure-key"
    />
  );
}

interface KeyText {
  title: string;
  name: string;
  low: string;
  high: string;
  testId: string;
}

function Key({ title, name, low, high, testId }: KeyText) {
  return (
    <div className={styles.key} title={title} data-testid={testId}>
      <span>{name}</span>
      <span>{low}</span>
      <span className={styles.keyBar} style={{ background: GRADIENT }} />
      <span>{high}</span>
    </div>
  );
}
