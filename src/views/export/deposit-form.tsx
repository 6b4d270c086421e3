// A state for the EMDB: what its zip holds, what it is called, and the button that makes it.
import { useState } from 'react';
import { PackageCheck } from 'lucide-react';
import { DEPOSIT, depositionBytes, exportDeposition, useExplore, useExports } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { bytesText, countText } from '../../ui/quantities.ts';
import { NumberField, TextField } from '../../ui/text-field.tsx';
import { saveFile } from './download.ts';
import styles from './deposit-form.module.css';

export interface DepositFormProps {
  /** Particles of the state, ascending. */
  rows: Uint32Array;
  /** A name until another is typed. */
  suggested: string;
}

export function DepositForm({ rows, suggested }: DepositFormProps) {
  const run = useExplore((state) => state.run);
  const busy = useExports((state) => state.busy);
  const [typed, setTyped] = useState<string | null>(null);
  const [massKilodalton, setMass] = useState<number | null>(null);
  const name = (typed ?? suggested).trim();
  if (!run) return null;
  const { boxPixels, pixelSizeAngstrom } = run;
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void exportDeposition(rows, { name, massKilodalton }, saveFile);
      }}
    >
      <p data-testid="deposit-words">
        One zip of what the EMDB asks of a state: the map of exactly these particles by backprojection, with no model in
        between, both half maps, the mask, their FSC as XML, a contour level, the list of the particles, and a README
        with their share of all and how sure it is.
      </p>
      <div className={styles.fields}>
        <TextField label="Name of the state" value={typed ?? suggested} onChange={setTyped} testId="deposit-name" />
        <NumberField
          label="Mass, for the contour"
          unit="kDa"
          placeholder="by the map"
          value={massKilodalton}
          onCommit={(value) => setMass(value > 0 ? value : null)}
          testId="deposit-mass"
        />
      </div>
      <div className={styles.foot}>
        <p className={styles.quiet} data-testid="deposit-cost">
          Maps of the box that the run learned at, {boxPixels}³ voxels of {pixelSizeAngstrom.toFixed(2)} Å:{' '}
          {bytesText(depositionBytes(boxPixels))} and the list. It takes about as long as <i>Reconstruct</i>.
        </p>
        <Button
          type="submit"
          variant="primary"
          size="s"
          icon={<PackageCheck />}
          disabled={rows.length < 2 || name === '' || busy !== null}
          busy={busy === DEPOSIT}
          testId="deposit"
        >
          Deposit {countText(rows.length)} particles
        </Button>
      </div>
    </form>
  );
}
