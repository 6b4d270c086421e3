// Drawing a mask over the map: balls, boxes, regions grown from a click, files; each added or cut away, its sizes in Å.
import { useRef } from 'react';
import {
  Box,
  Circle,
  Download,
  FileInput,
  Minus,
  MousePointerClick,
  Move3d,
  Plus,
  Scaling,
  Trash2,
} from 'lucide-react';
import type { MaskPart, PlaceAngstrom, RunSummary } from '../../../workers/contract.ts';
import {
  addMaskFile,
  addShape,
  changePart,
  dismissDrawingError,
  keepDrawnMask,
  removePart,
  saveDrawnMask,
  setGrowing,
  setMaskDrawing,
  useMaps,
  useMaskDrawing,
} from '../../stores/explore/index.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { numberWith, percentText } from '../../ui/quantities.ts';
import { Segmented } from '../../ui/segmented.tsx';
import { NumberField } from '../../ui/text-field.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { saveFile } from '../export/download.ts';
import tabs from './tabs.module.css';
import styles from './mask-drawing.module.css';

export function MaskDrawingPanel({ run }: { run: RunSummary }) {
  const parts = useMaskDrawing((state) => state.parts);
  const error = useMaskDrawing((state) => state.error);
  return (
    <section className={styles.drawing} aria-label="Drawn mask" data-testid="mask-drawing">
      <AddBar run={run} />
      {error && (
        <NoticeCard
          notice={error}
          tone="error"
          testId="drawing-error"
          actions={
            <Button size="s" onClick={dismissDrawingError}>
              Dismiss
            </Button>
          }
        />
      )}
      {parts.length > 0 && (
        <ol className={styles.parts}>
          {parts.map((part, index) => (
            <PartRow key={index} part={part} index={index} />
          ))}
        </ol>
      )}
      {parts.length > 0 && <Outcome />}
    </section>
  );
}

function AddBar({ run }: { run: RunSummary }) {
  const growing = useMaskDrawing((state) => state.growing);
  const hasMap = useMaps((state) => state.a !== null && !state.a.preview);
  const picker = useRef<HTMLInputElement>(null);
  return (
    <div className={tabs.controls}>
      <h3 className={styles.head}>Draw a mask</h3>
      <Button size="s" icon={<Circle />} onClick={() => addShape(run, 'sphere')} testId="draw-sphere">
        Sphere
      </Button>
      <Button size="s" icon={<Box />} onClick={() => addShape(run, 'box')} testId="draw-box">
        Box
      </Button>
      <Button
        size="s"
        icon={<MousePointerClick />}
        variant={growing ? 'primary' : 'secondary'}
        aria-pressed={growing}
        disabled={!hasMap}
        title="A click on the surface of the map takes what hangs together there above the contour"
        onClick={() => setGrowing(!growing)}
        testId="draw-region"
      >
        {growing ? 'Click the map…' : 'Region'}
      </Button>
      <Button size="s" icon={<FileInput />} onClick={() => picker.current?.click()} testId="draw-file">
        File…
      </Button>
      <FilePicker
        ref={picker}
        accept=".mrc,.map"
        testId="draw-file-input"
        onFile={(file) => addMaskFile(run, { path: file.name, file })}
      />
    </div>
  );
}

const NAMES = { sphere: 'Sphere', box: 'Box', region: 'Region', file: 'File' } as const;

function PartRow({ part, index }: { part: MaskPart; index: number }) {
  const chosen = useMaskDrawing((state) => state.chosen === index);
  const handles = useMaskDrawing((state) => state.handles);
  const name = `${NAMES[part.kind]} ${index + 1}`;
  const hasHandles = part.kind === 'sphere' || part.kind === 'box';
  const handle = (next: 'move' | 'size') =>
    setMaskDrawing(chosen && handles === next ? { chosen: null } : { chosen: index, handles: next });
  return (
    <li className={styles.part} data-chosen={chosen} data-testid={`part-${index}`}>
      <Segmented<MaskPart['how']>
        label={`${name}: added or cut away`}
        small
        iconsOnly
        value={part.how}
        options={[
          { value: 'add', label: 'Add', icon: <Plus /> },
          { value: 'subtract', label: 'Cut away', icon: <Minus /> },
        ]}
        onChange={(how) => changePart(index, { how })}
        testId={`part-how-${index}`}
      />
      <span className={styles.name}>{name}</span>
      <PartFields part={part} index={index} />
      <span className={styles.buttons}>
        {hasHandles && (
          <>
            <IconButton
              size="s"
              label={`Handles on the map to move ${name}`}
              icon={<Move3d />}
              pressed={chosen && handles === 'move'}
              onClick={() => handle('move')}
              testId={`part-move-${index}`}
            />
            <IconButton
              size="s"
              label={`Handles on the map for the size of ${name}`}
              icon={<Scaling />}
              pressed={chosen && handles === 'size'}
              onClick={() => handle('size')}
              testId={`part-size-${index}`}
            />
          </>
        )}
        <IconButton
          size="s"
          label={`Remove ${name}`}
          icon={<Trash2 />}
          onClick={() => removePart(index)}
          testId={`part-remove-${index}`}
        />
      </span>
    </li>
  );
}

function PartFields({ part, index }: { part: MaskPart; index: number }) {
  if (part.kind === 'file') return <span className={tabs.quiet}>{part.name}</span>;
  if (part.kind === 'region')
    return (
      <>
        <span className={tabs.quiet}>above {numberWith(part.level)}</span>
        <Length
          label="within"
          value={part.reachAngstrom}
          onCommit={(reachAngstrom) => changePart(index, { reachAngstrom })}
        />
        <Length
          label="wider by"
          isSigned
          value={part.widerAngstrom}
          onCommit={(widerAngstrom) => changePart(index, { widerAngstrom })}
        />
      </>
    );
  return (
    <>
      <Triple
        labels={['x', 'y', 'z']}
        isSigned
        value={part.centreAngstrom}
        onCommit={(centreAngstrom) => changePart(index, { centreAngstrom })}
      />
      {part.kind === 'sphere' ? (
        <Length
          label="radius"
          value={part.radiusAngstrom}
          onCommit={(radiusAngstrom) => changePart(index, { radiusAngstrom })}
          testId={`part-radius-${index}`}
        />
      ) : (
        <Triple
          labels={['width', 'height', 'depth']}
          value={part.sidesAngstrom}
          onCommit={(sidesAngstrom) => changePart(index, { sidesAngstrom })}
        />
      )}
    </>
  );
}

interface TripleProps {
  labels: readonly [string, string, string];
  isSigned?: boolean;
  value: PlaceAngstrom;
  onCommit: (value: PlaceAngstrom) => void;
}
function Triple({ labels, isSigned, value, onCommit }: TripleProps) {
  return labels.map((label, axis) => (
    <Length
      key={label}
      {...{ label, isSigned }}
      value={value[axis]}
      onCommit={(angstrom) => {
        const [x, y, z] = value.map((old, i) => (i === axis ? angstrom : old));
        onCommit([x, y, z]);
      }}
    />
  ));
}

interface LengthProps {
  label: string;
  value: number;
  /** May be 0 or below. */
  isSigned?: boolean;
  onCommit: (angstrom: number) => void;
  testId?: string;
}
function Length({ label, value, isSigned = false, onCommit, testId }: LengthProps) {
  return (
    <NumberField
      inline
      small
      label={label}
      unit="Å"
      width={4}
      value={Number(value.toFixed(1))}
      onCommit={(typed) => (isSigned || typed > 0) && onCommit(typed)}
      testId={testId}
    />
  );
}

/** How far the mask reaches, and what can be done with it. */
function Outcome() {
  const shown = useMaskDrawing((state) => state.shown);
  const edge = useMaskDrawing((state) => state.edgeAngstrom);
  const surface = useMaskDrawing((state) => state.surface);
  const computing = useMaskDrawing((state) => state.computing);
  const kept = useMaskDrawing((state) => state.kept);
  const ready = surface !== null && !computing;
  return (
    <div className={tabs.controls}>
      <Switch
        label="Show over the map"
        checked={shown}
        onChange={(on) => setMaskDrawing({ shown: on })}
        testId="drawing-shown"
      />
      <NumberField
        inline
        small
        label="Soft edge"
        unit="Å"
        width={4}
        value={edge}
        onCommit={(typed) => setMaskDrawing({ edgeAngstrom: Math.max(0, typed) })}
        testId="drawing-edge"
      />
      <span className={styles.words} data-testid="drawing-extent" data-computing={computing}>
        {surface
          ? `Reaches ${surface.extent.reachAngstrom.toFixed(0)} Å from the middle of the box · ${percentText(surface.extent.share)} of the box`
          : computing
            ? 'Making the mask…'
            : ''}
      </span>
      <span className={tabs.grow} />
      <Button
        size="s"
        variant="primary"
        disabled={!ready || kept}
        title="States, the mask of decoded maps and another fit take it from here, as Drawn"
        onClick={() => void keepDrawnMask()}
        testId="drawing-keep"
      >
        {kept ? 'Kept for this run' : 'Keep for this run'}
      </Button>
      <Button
        size="s"
        icon={<Download />}
        disabled={!ready}
        onClick={() => void saveDrawnMask(saveFile)}
        testId="drawing-save"
      >
        MRC
      </Button>
    </div>
  );
}
