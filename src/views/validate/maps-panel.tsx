// Two maps, or the halves of one, compared: FSC within a mask, sharpness, resolution by direction and place.
import { Layers } from 'lucide-react';
import { useRef } from 'react';
import type { ComparedMaps, FscMask } from '../../../workers/contract.ts';
import { tellError } from '../../stores/shell.ts';
import { changeRequest, chooseMap, dropMaps, stopComparing, useValidate } from '../../stores/validate.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { useDropTarget } from '../../ui/drop-target.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Select } from '../../ui/select.tsx';
import { Table } from '../../ui/table.tsx';
import { Toggle } from '../../ui/toggle.tsx';
import { filesOfDrop } from '../data/dropped-files.ts';
import { CurvesChart } from './curves-chart.tsx';
import { DirectionsMap } from './directions-map.tsx';
import { GuinierChart } from './guinier-chart.tsx';
import { LocalMap } from './local-map.tsx';
import styles from './validate-view.module.css';

const MASKS: { value: FscMask; label: string }[] = [
  { value: 'none', label: 'No mask' },
  { value: 'sphere', label: 'Sphere' },
  { value: 'loose', label: 'Loose: dilated 25 Å' },
  { value: 'tight', label: 'Tight: dilated 6 Å' },
];
const LEVELS = [0.5, 0.143];

export function MapsPanel() {
  const request = useValidate((state) => state.request);
  const compared = useValidate((state) => state.compared);
  const comparing = useValidate((state) => state.comparing);
  const error = useValidate((state) => state.compareError);
  const { over, handlers } = useDropTarget((event) => {
    filesOfDrop(event.dataTransfer).then(dropMaps).catch(tellError);
  });
  return (
    <div {...handlers} data-testid="maps-drop">
      <Panel
        title="Two maps"
        icon={<Layers aria-hidden="true" />}
        note="half maps, or any two of one box and frame"
        testId="maps"
      >
        <div className={styles.stack}>
          <div className={classNames(styles.drop, over && styles.dropOver)}>
            <p className={styles.quiet}>
              {over ? 'Release to compare the maps' : 'Drop both half maps here, or any two maps of one box and frame'}
            </p>
            <div className={styles.row}>
              <MapChoice side={0} />
              <MapChoice side={1} />
            </div>
          </div>
          <div className={styles.row}>
            <Select
              label="Mask"
              inline
              small
              value={request.mask}
              options={MASKS}
              onChange={(mask) => changeRequest({ mask })}
              testId="fsc-mask"
            />
            <Toggle
              label="Correct by random phases"
              small
              pressed={request.randomise}
              disabled={request.mask === 'none'}
              onChange={(randomise) => changeRequest({ randomise })}
              testId="fsc-randomise"
            />
            <Toggle
              label="Local resolution"
              small
              pressed={request.local}
              onChange={(local) => changeRequest({ local })}
              testId="fsc-local"
            />
          </div>
          {error && <NoticeCard tone="error" notice={error} testId="maps-error" />}
          {comparing && (
            <ProgressBar fraction={comparing.fraction} message={comparing.message} onCancel={stopComparing} />
          )}
          {compared && <Compared compared={compared} />}
        </div>
      </Panel>
    </div>
  );
}

function MapChoice({ side }: { side: 0 | 1 }) {
  const input = useRef<HTMLInputElement>(null);
  const file = useValidate((state) => state.files[side]);
  const name = side === 0 ? 'First map' : 'Second map';
  return (
    <>
      <Button size="s" onClick={() => input.current?.click()} testId={`choose-map-${side}`}>
        {file ? file.path : `${name}…`}
      </Button>
      <FilePicker
        ref={input}
        accept=".mrc,.map,.ccp4"
        label={name}
        testId={`map-file-${side}`}
        onFile={(file) => chooseMap(side, { path: file.name, file })}
      />
    </>
  );
}

function Compared({ compared }: { compared: ComparedMaps }) {
  const { boxPixels, pixelSizeAngstrom, curves, guinier, anisotropy, local } = compared;
  const nyquist = 2 * pixelSizeAngstrom;
  const crossing = (angstrom: number) =>
    angstrom <= nyquist * (1 + 1e-6) ? `Nyquist, ${nyquist.toFixed(2)} Å` : `${angstrom.toFixed(2)} Å`;
  return (
    <div className={styles.stack} data-testid="compared">
      <CurvesChart
        label="Fourier shell correlation of the maps"
        curves={curves}
        side={boxPixels * pixelSizeAngstrom}
        quantity="FSC"
        levels={LEVELS}
        lastCounts
        testId="fsc-curves"
      />
      <Table
        label="Resolution at the first crossings"
        columns={[
          { key: 'name', header: 'First crossings', cell: ({ name }) => name },
          { key: '05', header: 'FSC 0.5', align: 'right', cell: ({ resolution05 }) => crossing(resolution05) },
          { key: '0143', header: 'FSC 0.143', align: 'right', cell: ({ resolution0143 }) => crossing(resolution0143) },
        ]}
        rows={curves}
        rowKey={({ name }) => name}
        testId="fsc-crossings"
      />
      <ul className={styles.told}>
        {local && (
          <li>
            By place {local.best.toFixed(2)} to {local.worst.toFixed(2)} Å at 0.5, median {local.median.toFixed(2)} Å
          </li>
        )}
        {guinier && (
          <li>B factor of the mean map {guinier.bFactor.toFixed(0)} Å², the dashed line of its Guinier plot</li>
        )}
      </ul>
      {guinier && <GuinierChart guinier={guinier} />}
      {local && <LocalMap local={local} boxPixels={boxPixels} pixelSizeAngstrom={pixelSizeAngstrom} />}
      {anisotropy && <DirectionsMap found={anisotropy} />}
    </div>
  );
}
