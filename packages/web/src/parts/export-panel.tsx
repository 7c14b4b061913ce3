import { useState } from 'react';
import { EXPORT_FORMATS, type ExportScope, exportLink } from '../view/export-links.ts';
import { Icon } from './icon.tsx';

export interface ExportChoice {
  key: string;
  label: string;
  scope: ExportScope;
}

const TEXT_LADDERS = new Set(['svg', 'ladder']);

/** Draws the ladder's SVG on a canvas and saves it; a drawing taller than browsers can hold is refused with a reason. */
async function savePng(link: string): Promise<string | undefined> {
  const image = new Image();
  image.src = link;
  try {
    await image.decode();
  } catch {
    return 'The server gave no drawing for this.';
  }
  const scale = window.devicePixelRatio > 1 ? 2 : 1.5;
  const canvas = document.createElement('canvas');
  canvas.width = Math.ceil(image.naturalWidth * scale);
  canvas.height = Math.ceil(image.naturalHeight * scale);
  const tooLarge = `The drawing has ${image.naturalHeight} lines of pixels, more than a browser can paint: take the SVG.`;
  if (canvas.height > 32_000 || canvas.width * canvas.height > 250_000_000) return tooLarge;
  const context = canvas.getContext('2d');
  if (!context) return tooLarge;
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) return tooLarge;
  const anchor = document.createElement('a');
  anchor.href = URL.createObjectURL(blob);
  anchor.download = 'ladder.png';
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(anchor.href), 10_000);
  return undefined;
}

/** Formats as plain download links, for a scope to choose. */
export function ExportPanel({ choices }: { choices: readonly ExportChoice[] }) {
  const [chosen, setChosen] = useState(choices[0]?.key ?? '');
  const [trouble, setTrouble] = useState('');
  const choice = choices.find((one) => one.key === chosen) ?? choices[0];
  if (!choice) return <p className="muted">Nothing to export.</p>;
  // A ladder of a whole search would be a drawing of thousands of unrelated calls.
  const formats = EXPORT_FORMATS.filter((one) => choice.scope.kind !== 'search' || !TEXT_LADDERS.has(one.format));
  const png = async () => setTrouble((await savePng(exportLink('svg', choice.scope))) ?? '');
  return (
    <div className="export-panel">
      <div role="radiogroup" aria-label="What to export" className="stack">
        {choices.map((one) => (
          <label key={one.key} className="inline">
            <input type="radio" name="export-scope" checked={one === choice} onChange={() => setChosen(one.key)} />
            {one.label}
          </label>
        ))}
      </div>
      <div className="export-formats">
        {formats.map((one) => (
          <a
            key={one.format}
            className="menu-item"
            href={exportLink(one.format, choice.scope)}
            download
            data-testid={`export-${one.format}`}
          >
            <Icon name="export" size={13} />
            <b>{one.label}</b>
            <span className="muted">{one.what}</span>
          </a>
        ))}
        {choice.scope.kind !== 'search' && (
          <button type="button" className="menu-item" data-testid="export-png" onClick={png}>
            <Icon name="export" size={13} />
            <b>Ladder, PNG</b>
            <span className="muted">the same drawing as a picture</span>
          </button>
        )}
      </div>
      {trouble && <p role="alert">{trouble}</p>}
    </div>
  );
}
