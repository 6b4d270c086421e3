// The page's start: the service worker first (it may reload for isolation), then shell, workers, screens.
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { startStudio } from './app/start.ts';
import { registerOffline } from './offline/register.ts';
import './ui/theme.css';

const root = document.getElementById('root');
if (root) {
  if (import.meta.env.PROD) await registerOffline();
  startStudio();
  createRoot(root).render(<App />);
}
