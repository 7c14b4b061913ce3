import type { Ladder } from '@calliope/calls';
import { Icon } from '../parts/icon.tsx';
import type { ChangeCallView } from '../parts/use-call-view.ts';
import { type CallView, COLOUR_MODES, type ColourMode, TIME_MODES, type TimeMode } from '../view/call-view.ts';
import { formatCount } from '../view/format-figures.ts';

const TIME_LABELS: Record<TimeMode, string> = {
  absolute: 'clock',
  previous: 'Δ previous',
  first: 'Δ first',
  mark: 'Δ mark',
};
const COLOUR_LABELS: Record<ColourMode, string> = {
  class: 'class',
  leg: 'leg',
  transaction: 'transaction',
  node: 'node',
};

interface ChoiceProps<T extends string> {
  label: string;
  hotkey: string;
  values: readonly T[];
  labels: Record<T, string>;
  value: T;
  onValue: (value: T) => void;
}

function Choice<T extends string>({ label, hotkey, values, labels, value, onValue }: ChoiceProps<T>) {
  return (
    <span className="inline">
      <span className="muted">
        {label} <kbd>{hotkey}</kbd>
      </span>
      <fieldset className="segmented" aria-label={label}>
        {values.map((one) => (
          <button type="button" key={one} aria-pressed={one === value} onClick={() => onValue(one)}>
            {labels[one]}
          </button>
        ))}
      </fieldset>
    </span>
  );
}

export interface LadderToolbarProps {
  view: CallView;
  change: ChangeCallView;
  ladder: Ladder;
  onHelp: () => void;
}

/** How the ladder is drawn; all of it is in the URL. */
export function LadderToolbar({ view, change, ladder, onHelp }: LadderToolbarProps) {
  return (
    <div className="ladder-bar">
      <Choice
        label="Time"
        hotkey="t"
        values={TIME_MODES}
        labels={TIME_LABELS}
        value={view.timeMode}
        onValue={(timeMode) => change({ timeMode }, { replace: true })}
      />
      <Choice
        label="Colour"
        hotkey="c"
        values={COLOUR_MODES}
        labels={COLOUR_LABELS}
        value={view.colourMode}
        onValue={(colourMode) => change({ colourMode }, { replace: true })}
      />
      <button
        type="button"
        className="button small"
        aria-pressed={view.folded}
        onClick={() => change({ folded: !view.folded }, { replace: true })}
      >
        fold retransmissions <kbd>s</kbd>
      </button>
      <button
        type="button"
        className="button small"
        aria-pressed={view.byPort}
        onClick={() => change({ byPort: !view.byPort, laneOrder: [], hiddenLanes: [] }, { replace: true })}
      >
        lanes by port <kbd>p</kbd>
      </button>
      {view.laneOrder.length > 0 && (
        <button type="button" className="button small" onClick={() => change({ laneOrder: [] }, { replace: true })}>
          order as computed
        </button>
      )}
      {ladder.hiddenLanes.length > 0 && (
        <button type="button" className="button small" onClick={() => change({ hiddenLanes: [] })}>
          {ladder.hiddenLanes.length} lane{ladder.hiddenLanes.length > 1 ? 's' : ''} hidden with{' '}
          {formatCount(ladder.hiddenMessageCount)} messages: show
        </button>
      )}
      <span className="spacer" />
      <button type="button" className="button quiet small" onClick={onHelp} aria-label="Keys" title="Keys (?)">
        <Icon name="help" />
      </button>
    </div>
  );
}
