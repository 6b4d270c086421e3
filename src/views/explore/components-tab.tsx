// One slider per component of a run whose field adds them: the map follows, because nothing is decoded. Values are standard
// deviations of the particles' distribution.
import { RotateCcw } from 'lucide-react';
import { setLook, showMapAlong, useExplore, useMaps } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { HelpLink } from '../help/help-link.tsx';
import tabs from './tabs.module.css';
import styles from './components-tab.module.css';

/** Beyond it hardly any particle lies. */
const REACH = 3;

export function ComponentsTab() {
  const report = useExplore((state) => state.components);
  const dimensions = useExplore((state) => state.run?.latentDimension ?? 0);
  const along = useMaps((state) => state.along);
  const shown = useMaps((state) => state.a?.map.z);
  const byVariance = useMaps((state) => state.look.coloring === 'variance');
  const mean = new Array<number>(dimensions).fill(0);
  const z = along ?? (shown?.length === dimensions ? shown : mean);
  return (
    <div className={tabs.tab} data-testid="components">
      <div className={tabs.controls}>
        <p className={styles.words} data-testid="components-words">
          {report?.words}
        </p>
        <HelpLink to="firstLook" about="components" />
        <span className={tabs.grow} />
        <Switch
          label="Colour by variance"
          checked={byVariance}
          onChange={(on) => setLook({ coloring: on ? 'variance' : 'solid' })}
          testId="color-by-variance"
        />
        <Button size="s" icon={<RotateCcw />} onClick={() => showMapAlong(mean)} testId="components-reset">
          Mean map
        </Button>
      </div>
      <div className={styles.sliders}>
        {z.map((value, a) => (
          <Slider
            key={a}
            label={`Component ${a + 1}`}
            hint={report && hintOf(report.percents[a], a < report.reproducible)}
            value={Number(value.toFixed(2))}
            min={-REACH}
            max={REACH}
            step={0.05}
            unit="σ"
            onChange={(moved) => showMapAlong(z.map((standing, b) => (a === b ? moved : standing)))}
            testId={`component-${a + 1}`}
          />
        ))}
      </div>
    </div>
  );
}

function hintOf(percent: number, reproduces: boolean): string {
  const share = `${percent.toFixed(percent < 9.95 ? 1 : 0)} % of the variance`;
  return `${share}, ${reproduces ? 'reproduces' : 'not reproduced'}`;
}
