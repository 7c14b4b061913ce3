import { useState } from 'react';
import { CopyButton } from '../parts/copy-button.tsx';
import { ImportPanel } from '../parts/import-panel.tsx';
import { useHealth } from '../server/call-queries.ts';
import { hostPort, reachableAddress } from '../view/reachable-address.ts';
import { senderRecipes } from '../view/sender-recipes.ts';

/** How to get messages in: the senders with the very address, a file, a sample. The first page too while nothing is stored. */
export function ConnectPage({ firstStart }: { firstStart: boolean }) {
  const health = useHealth();
  const [chosen, setChosen] = useState('');
  const listed = (health.data?.listen.hep ?? []).flatMap((text) => {
    const address = reachableAddress(text, window.location.hostname);
    return address ? [address] : [];
  });
  const nameOf = (address: (typeof listed)[number]) => `${address.transport} ${hostPort(address)}`;
  const addresses = listed.filter(
    (address, index) => listed.findIndex((other) => nameOf(other) === nameOf(address)) === index,
  );
  const hep = addresses.find((address) => nameOf(address) === chosen) ?? addresses[0];
  return (
    <main className="page">
      <div className="stack wide">
        <h1>{firstStart ? 'Nothing captured yet' : 'Connect a source'}</h1>
        <p className="lead">
          {firstStart
            ? 'Point something here, load a capture file, or look around with a sample. This page gives way to the calls with the first message.'
            : 'Every way to get SIP messages into this server.'}
        </p>
        <div className="connect-grid">
          <section className="card padded stack">
            <h2>Send HEP here</h2>
            {addresses.length === 0 && (
              <p>
                {health.data
                  ? 'No HEP receiver is configured: set one in the configuration and start again.'
                  : 'Asking the server where it listens …'}
              </p>
            )}
            <div className="inline">
              {addresses.map((address) => (
                <span key={nameOf(address)} className="address">
                  <button
                    type="button"
                    className="button mono"
                    aria-pressed={address === hep}
                    onClick={() => setChosen(nameOf(address))}
                  >
                    {nameOf(address)}
                  </button>
                  <CopyButton text={hostPort(address)} />
                </span>
              ))}
            </div>
            {hep && (
              <p className="muted">
                HEP versions 1, 2 and 3. The receivers' counters are on the Status page: the first packet shows there at
                once, whether it can be read or not.
              </p>
            )}
            {hep &&
              senderRecipes(hep).map((recipe) => (
                <details key={recipe.name} className="recipe" open={recipe.name === 'Kamailio'}>
                  <summary>
                    <b>{recipe.name}</b> <span className="muted">{recipe.where}</span>
                  </summary>
                  <div className="recipe-body">
                    <pre>{recipe.text}</pre>
                    <CopyButton text={recipe.text} />
                  </div>
                </details>
              ))}
            {hep && (
              <details className="recipe">
                <summary>
                  <b>A session border controller</b> <span className="muted">AudioCodes, Oracle, Ribbon, Cisco …</span>
                </summary>
                <div className="recipe-body">
                  <p>
                    Where it speaks HEP (also called HOMER or EEP in menus), enter <code>{hostPort(hep)}</code> as the
                    capture server, version 3. Where it can only mirror traffic, run heplify or captagent on the
                    mirrored port with the lines above. Capture files that it writes, IP-in-IP included, can be loaded
                    beside.
                  </p>
                </div>
              </details>
            )}
          </section>
          <ImportPanel />
        </div>
      </div>
    </main>
  );
}
