import { Sheet } from './sheet.tsx';

export interface KeyLine {
  keys: string[];
  what: string;
}

export const SEARCH_KEYS: readonly KeyLine[] = [
  { keys: ['/'], what: 'type a search' },
  { keys: ['j', '↓'], what: 'next row' },
  { keys: ['k', '↑'], what: 'previous row' },
  { keys: ['Enter'], what: 'open: the ladder, or the message' },
  { keys: ['Space'], what: 'choose; several make one ladder' },
  { keys: ['g', 'G'], what: 'first, last loaded row' },
  { keys: ['e'], what: 'export' },
  { keys: ['l'], what: 'live on, off' },
  { keys: ['f'], what: 'form' },
  { keys: ['r'], what: 'search again' },
  { keys: ['x', 'Esc'], what: 'clear the choice, close' },
  { keys: ['?'], what: 'this help' },
];

export const LADDER_KEYS: readonly KeyLine[] = [
  { keys: ['j', '↓'], what: 'next message' },
  { keys: ['k', '↑'], what: 'previous message' },
  { keys: ['Enter'], what: 'raw message beside the ladder' },
  { keys: ['Space'], what: 'mark; two marked are compared' },
  { keys: ['t'], what: 'time: clock, Δ previous, Δ first, Δ mark' },
  { keys: ['c'], what: 'colour: class, leg, transaction, node' },
  { keys: ['s'], what: 'fold or unfold retransmissions' },
  { keys: ['p'], what: 'lanes by host or by port' },
  { keys: ['g', 'G'], what: 'first, last message' },
  { keys: ['1', '2', '3'], what: 'Ladder, Messages, Export' },
  { keys: ['e'], what: 'export' },
  { keys: ['Esc'], what: 'close, then back to the list' },
  { keys: ['?'], what: 'this help' },
];

export function KeyHelp({ lines, onClose }: { lines: readonly KeyLine[]; onClose: () => void }) {
  return (
    <Sheet title="Keys" onClose={onClose}>
      <div className="keys">
        {lines.map((line) => (
          <div key={line.what}>
            <span>{line.what}</span>
            <span className="inline">
              {line.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </span>
          </div>
        ))}
      </div>
    </Sheet>
  );
}
