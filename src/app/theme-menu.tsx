// Dark, light, or as the system says.
import { Check, Monitor, Moon, Sun } from 'lucide-react';
import { setTheme, useShell, type ThemeChoice } from '../stores/shell.ts';
import { Button } from '../ui/button.tsx';
import { Menu } from '../ui/menu.tsx';

const CHOICES: { value: ThemeChoice; label: string; icon: typeof Sun }[] = [
  { value: 'system', label: 'As the system', icon: Monitor },
  { value: 'dark', label: 'Dark', icon: Moon },
  { value: 'light', label: 'Light', icon: Sun },
];

export function ThemeMenu() {
  const theme = useShell((state) => state.theme);
  const Icon = CHOICES.find(({ value }) => value === theme)?.icon ?? Monitor;
  return (
    <Menu
      trigger={
        <Button
          variant="ghost"
          icon={<Icon />}
          aria-label="Theme"
          title="Theme"
          testId="theme"
          data-theme-choice={theme}
        />
      }
      items={CHOICES.map(({ value, label, icon: ChoiceIcon }) => ({
        label,
        icon: value === theme ? <Check /> : <ChoiceIcon />,
        onSelect: () => setTheme(value),
        testId: `theme-${value}`,
      }))}
    />
  );
}
