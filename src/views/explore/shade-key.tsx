// The colours of a surface that is coloured by variance, and the range that they stand for.
import type { SpreadMap } from '../../../workers/contract.ts';
import { numberWith } from '../../ui/quantities.ts';
import { RAMP } from '../../viewer3d/ramp.ts';
import styles from './map-panel.module.css';

const GRADIENT = `linear-gradient(to right, ${RAMP.join(', ')})`;

export function ShadeKey({ shade }: { shade: SpreadMap }) {
  return (
    <div
      className={styles.key}
      title="Standard deviation of each voxel over the particles, in the units of the map"
      data-testid="shade-key"
    >
      <span>variation</span>
      <span>0</span>
      <span className={styles.keyBar} style={{ background: GRADIENT }} />
      <span>{numberWith(shade.high, 2)}</span>
    </div>
  );
}
