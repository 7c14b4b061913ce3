import { type ReactNode, useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useHealth } from '../server/call-queries.ts';
import { type Session, useLogout } from '../server/session-queries.ts';
import { callColourProperties } from '../view/call-colours.ts';
import type { Theme } from '../view/preferences.ts';
import { CalliopeMark } from './calliope-mark.tsx';
import { HealthAlerts } from './health-alerts-bar.tsx';
import { Icon, type IconName } from './icon.tsx';
import { Popover } from './popover.tsx';
import { usePreferences } from './use-preferences.ts';

const THEMES: readonly { theme: Theme; icon: IconName; label: string }[] = [
  { theme: 'system', icon: 'screen', label: 'As the system' },
  { theme: 'dark', icon: 'moon', label: 'Dark' },
  { theme: 'light', icon: 'sun', label: 'Light' },
];

/** Puts the chosen theme, or the system's, on the document. */
export function useTheme(): void {
  const [{ theme }] = usePreferences();
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      const shown = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme;
      for (const [name, value] of callColourProperties(shown)) document.documentElement.style.setProperty(name, value);
      document.documentElement.dataset.theme = shown;
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);
}

function ThemeMenu() {
  const [open, setOpen] = useState(false);
  const [{ theme }, change] = usePreferences();
  const current = THEMES.find((one) => one.theme === theme)!;
  return (
    <Popover open={open} onOpen={setOpen} label="Theme" className="button quiet" button={<Icon name={current.icon} />}>
      {THEMES.map((one) => (
        <button
          type="button"
          key={one.theme}
          className="menu-item"
          aria-pressed={one.theme === theme}
          onClick={() => {
            change({ theme: one.theme });
            setOpen(false);
          }}
        >
          <Icon name={one.icon} /> {one.label}
          {one.theme === theme && <span className="spacer" />}
          {one.theme === theme && '✓'}
        </button>
      ))}
    </Popover>
  );
}

function UserMenu({ session }: { session: Session }) {
  const [open, setOpen] = useState(false);
  const logout = useLogout();
  return (
    <Popover
      open={open}
      onOpen={setOpen}
      label={`Logged in as ${session.username}`}
      className="button quiet"
      button={
        <>
          <Icon name="user" /> {session.username} <Icon name="down" size={11} />
        </>
      }
    >
      <Link href="/account" className="menu-item" onClick={() => setOpen(false)}>
        Password and tokens
      </Link>
      <button type="button" className="menu-item" onClick={() => logout.mutate()}>
        Log out
      </button>
    </Popover>
  );
}

function NavLink({ href, here, children }: { href: string; here: boolean; children: ReactNode }) {
  return (
    <Link href={href} aria-current={here ? 'page' : undefined}>
      {children}
    </Link>
  );
}

/** The third list: it is the messages' list with this expression, which can be narrowed like any other. */
const REGISTRATIONS = 'method = REGISTER';

/** Masthead, the bar of problems and losses, and the page. */
export function Shell({ session, children }: { session: Session; children: ReactNode }) {
  const [path] = useLocation();
  const search = useSearch();
  const health = useHealth();
  // Going between lists keeps what is searched; only what was chosen in the one list has no meaning in the other.
  const params = new URLSearchParams(path === '/' || path === '/messages' ? search : '');
  const registrations = path === '/messages' && params.get('q') === REGISTRATIONS;
  for (const own of ['sel', 'm', 'live']) params.delete(own);
  const registering = new URLSearchParams(params);
  registering.set('q', REGISTRATIONS);
  if (registrations) params.delete('q');
  const kept = params.size > 0 ? `?${params}` : '';
  const state = health.data?.status ?? (health.isError ? 'down' : 'ok');
  return (
    <div className="shell">
      <header className="masthead">
        <Link href="/" className="brand" aria-label="Calliope, calls">
          <CalliopeMark />
          <span className="wordmark">Calliope</span>
        </Link>
        <nav aria-label="Pages">
          <NavLink href={`/${kept}`} here={path === '/' || path === '/call'}>
            Calls
          </NavLink>
          <NavLink href={`/messages${kept}`} here={path.startsWith('/message') && !registrations}>
            Messages
          </NavLink>
          <NavLink href={`/messages?${registering}`} here={registrations}>
            Registrations
          </NavLink>
          <NavLink href="/connect" here={path === '/connect'}>
            Connect
          </NavLink>
          <NavLink href="/status" here={path === '/status'}>
            Status
          </NavLink>
          {session.role === 'admin' && (
            <NavLink href="/users" here={path === '/users'}>
              Users
            </NavLink>
          )}
        </nav>
        <span className="spacer" />
        <Link href="/status" className="button quiet" title={`Health: ${state}`}>
          <span className={`health-dot ${state}`} aria-hidden="true" />
          <span className="health-word">{state === 'ok' ? 'capturing' : state}</span>
        </Link>
        <ThemeMenu />
        <UserMenu session={session} />
      </header>
      <HealthAlerts health={health.data} unreachable={health.isError} />
      {children}
    </div>
  );
}
