// The structure of an atomic model's run over its density: colours, how far it moved, files for ChimeraX and Mol*.
import { Download } from 'lucide-react';
import {
  displacementOf,
  exportStructures,
  setStructureLook,
  type StructureColoring,
  useExports,
  useStructures,
  useTrajectory,
} from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { numberWith } from '../../ui/quantities.ts';
import { Select } from '../../ui/select.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { saveFile } from '../export/download.ts';
import { HelpLink } from '../help/help-link.tsx';
import tabs from './tabs.module.css';

const COLORINGS: { value: StructureColoring; label: string; heterogeneous?: true }[] = [
  { value: 'residue', label: 'place in the chain' },
  { value: 'chain', label: 'chain' },
  { value: 'displacement', label: 'distance from the start' },
  { value: 'spread', label: 'spread over the particles', heterogeneous: true },
];

export function AtomsTab({ isOneStructure }: { isOneStructure: boolean }) {
  const shown = useStructures((state) => state.shown);
  const error = useStructures((state) => state.error);
  const isVisible = useStructures((state) => state.isVisible);
  const coloring = useStructures((state) => state.coloring);
  const spread = useStructures((state) => state.spread);
  const busy = useExports((state) => state.busy);
  const frames = useTrajectory((state) => (state.zs ? state.frames.length : 0));
  if (error) return <NoticeCard tone="error" notice={error} testId="structure-error" />;
  const moved = shown && displacementOf(shown);
  return (
    <div className={tabs.tab} data-testid="atoms">
      <div className={tabs.controls}>
        <Switch
          label="Show the atoms"
          checked={isVisible}
          onChange={(on) => setStructureLook({ isVisible: on })}
          testId="show-atoms"
        />
        <Select
          label="Colour by"
          inline
          small
          value={coloring}
          options={COLORINGS.filter(({ heterogeneous }) => !heterogeneous || !isOneStructure)}
          onChange={(next) => setStructureLook({ coloring: next })}
          testId="atoms-coloring"
        />
        <HelpLink to="atoms" about="atoms as the field" />
        <span className={tabs.grow} />
        {(['pdb', 'cif'] as const).map((format) => (
          <Button
            key={format}
            size="s"
            icon={<Download />}
            busy={busy === `structure.${format}`}
            disabled={!shown}
            onClick={() => void exportStructures('shown', format, saveFile)}
            testId={`save-structure-${format}`}
          >
            {format === 'pdb' ? 'PDB' : 'mmCIF'}
          </Button>
        ))}
        {!isOneStructure && (
          <Button
            size="s"
            icon={<Download />}
            busy={busy === 'trajectory.cif'}
            disabled={frames === 0}
            title={frames === 0 ? 'Decode a trajectory first' : 'A model for each frame, as ChimeraX and Mol* play it'}
            onClick={() => void exportStructures('trajectory', 'cif', saveFile)}
            testId="save-structures"
          >
            Trajectory
          </Button>
        )}
      </div>
      {shown && moved && (
        <p className={tabs.quiet} data-testid="atoms-words">
          {shown.residues.length} residues, {shown.centres.length} Gaussians, epoch {shown.epoch}. From where they began
          they are {numberWith(rootMeanSquare(moved), 2)} Å away (root mean square), the furthest{' '}
          {numberWith(Math.max(...moved), 2)} Å
          {spread && coloring === 'spread'
            ? `; over ${spread.particles} particles they spread by up to ${numberWith(Math.max(...spread.values), 2)} Å`
            : ''}
          . Mass that the model lacks cannot show here: reconstruct the particles from their images to see it.
        </p>
      )}
    </div>
  );
}

function rootMeanSquare(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / Math.max(1, values.length));
}
