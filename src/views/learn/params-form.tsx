// Every parameter of the table, grouped; those for the few who need them are folded.
import { ChevronDown } from 'lucide-react';
import { ATOMS_SHARED_KEYS } from '../../params/atoms-params.ts';
import type { ParamGroup } from '../../params/definition.ts';
import { PARAM_GROUPS, PARAMS, type ParamDef } from '../../params/params.ts';
import { setShowAdvanced, useLearnForm, type Method } from '../../stores/learn-form.ts';
import { Badge } from '../../ui/badge.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Switch } from '../../ui/toggle.tsx';
import { ParamField } from './param-field.tsx';
import { HelpLink } from '../help/help-link.tsx';
import lines from './lines.module.css';
import styles from './params-form.module.css';

/** The method is chosen where the run begins. */
const TABLE = (PARAMS as readonly ParamDef[]).filter((def) => def.key !== 'method' && !def.commandLineOnly);

const ATOMS_SHARED: readonly string[] = ATOMS_SHARED_KEYS;

function isOf({ key, linear, group, abInitio, knownPoses }: ParamDef, method: Method): boolean {
  if (method === 'linear') return linear !== undefined;
  if (method === 'atoms') return group === 'atoms' || ATOMS_SHARED.includes(key);
  return group !== 'linear' && group !== 'atoms' && (method === 'ab-initio' ? !knownPoses : !abInitio);
}

function isAdvanced({ linear, advanced }: ParamDef, method: Method): boolean {
  return (method === 'linear' ? linear?.advanced : advanced) === true;
}

/** What a linear model shares with a network stands with its own. */
function groupOf({ group }: ParamDef, method: Method): ParamGroup {
  return method === 'linear' && (group === 'model' || group === 'training') ? 'linear' : group;
}

export function ParamsForm() {
  const showAdvanced = useLearnForm((state) => state.showAdvanced);
  const errors = useLearnForm((state) => state.errors);
  const method = useLearnForm((state) => state.params.method);
  // A value that is refused is never hidden.
  const shown = TABLE.filter(
    (def) => (isOf(def, method) && (showAdvanced || !isAdvanced(def, method))) || def.key in errors,
  );
  return (
    <Panel
      title="Settings"
      flush
      testId="settings"
      actions={
        <>
          <HelpLink to="parameters" about="what each parameter does" />
          <div className={styles.allSwitch}>
            <Switch label="All settings" checked={showAdvanced} onChange={setShowAdvanced} testId="all-settings" />
          </div>
        </>
      }
    >
      {PARAM_GROUPS.map(({ group, title, text }) => {
        const defs = shown.filter((def) => groupOf(def, method) === group);
        if (defs.length === 0) return null;
        const wrong = defs.filter((def) => def.key in errors).length;
        return (
          <details key={group} className={styles.group} open={group !== 'device'} data-testid={`group-${group}`}>
            <summary className={styles.groupHead}>
              <ChevronDown aria-hidden="true" />
              <span className={styles.groupTitle}>{title}</span>
              <span className={lines.quiet}>{text}</span>
              {wrong > 0 && <Badge tone="danger">{wrong}</Badge>}
            </summary>
            <div className={styles.groupBody}>
              {defs.map((def) => (
                <ParamField key={def.key} def={def} />
              ))}
            </div>
          </details>
        );
      })}
    </Panel>
  );
}
