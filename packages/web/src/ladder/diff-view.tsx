import { useState } from 'react';
import { FailureBox } from '../parts/failure-box.tsx';
import { Icon } from '../parts/icon.tsx';
import { MethodTag } from '../parts/message-columns.tsx';
import { asFailure } from '../server/api-failure.ts';
import { useMessage } from '../server/call-queries.ts';
import { formatDeltaUs } from '../view/format-figures.ts';
import { type DiffKind, type DiffLine, headerDiff } from '../view/header-diff.ts';
import { hostPort } from '../view/reachable-address.ts';
import { localText } from '../view/zone-time.ts';

const SIGNS: Record<DiffKind, string> = { same: ' ', changed: '≠', removed: '−', added: '+' };

/** Parts before and after what two values share at both ends, so that a changed branch lights up and not its whole Via. */
function changedMiddle(text: string, other: string | null): [string, string, string] {
  if (other === null) return ['', text, ''];
  const longest = Math.min(text.length, other.length);
  let head = 0;
  while (head < longest && text[head] === other[head]) head++;
  let tail = 0;
  while (tail < longest - head && text[text.length - 1 - tail] === other[other.length - 1 - tail]) tail++;
  return [text.slice(0, head), text.slice(head, text.length - tail), text.slice(text.length - tail)];
}

function Side({ text, other, kind }: { text: string | null; other: string | null; kind: DiffKind }) {
  if (text === null) return <td className="absent">–</td>;
  if (kind === 'same') return <td>{text}</td>;
  const [head, middle, tail] = changedMiddle(text, other);
  return (
    <td>
      {head}
      <mark>{middle}</mark>
      {tail}
    </td>
  );
}

/** Two messages, header by header. */
export function DiffView({
  leftId,
  rightId,
  zone,
  onClose,
}: {
  leftId: string;
  rightId: string;
  zone: string;
  onClose: () => void;
}) {
  const left = useMessage(leftId);
  const right = useMessage(rightId);
  const [onlyDifferent, setOnlyDifferent] = useState(false);
  const failure = left.error ?? right.error;
  const lines: DiffLine[] = left.data && right.data ? headerDiff(left.data, right.data) : [];
  const different = lines.filter((line) => line.kind !== 'same').length;
  const step = left.data && right.data ? right.data.message.timestampUs - left.data.message.timestampUs : 0;
  return (
    <section className="detail" aria-label="Comparison">
      <header className="detail-head">
        <b>
          {different} of {lines.length} lines differ
        </b>
        <label className="inline">
          <input type="checkbox" checked={onlyDifferent} onChange={(event) => setOnlyDifferent(event.target.checked)} />{' '}
          only those
        </label>
        <span className="spacer" />
        <button
          type="button"
          className="button quiet small"
          onClick={onClose}
          aria-label="Close comparison"
          title="Close (Esc)"
        >
          <Icon name="close" size={13} />
        </button>
      </header>
      {failure && <FailureBox failure={asFailure(failure)} />}
      {left.data && right.data ? (
        <div className="detail-body">
          <table className="diff">
            <thead>
              <tr>
                <th aria-label="Difference" />
                <th>Header</th>
                {[left.data, right.data].map(({ message }, index) => (
                  <th key={message.id}>
                    {['①', '②'][index]} <MethodTag message={message} />
                    <div className="muted mono">
                      {localText(message.timestampUs, zone).slice(11)}
                      {index === 1 && ` (${step >= 0 ? '+' : ''}${formatDeltaUs(step)})`}
                      <br />
                      {hostPort({ host: message.sourceIp, port: message.sourcePort })} →{' '}
                      {hostPort({ host: message.destinationIp, port: message.destinationPort })}
                    </div>
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {lines
                .filter((line) => !onlyDifferent || line.kind !== 'same')
                .map((line, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
                  <tr key={index} className={line.kind}>
                    <td className="sign">{SIGNS[line.kind]}</td>
                    <th scope="row">{line.name}</th>
                    <Side text={line.left} other={line.right} kind={line.kind} />
                    <Side text={line.right} other={line.left} kind={line.kind} />
                  </tr>
                ))}
            </tbody>
          </table>
        </div>
      ) : (
        !failure && <p className="muted padded">Loading …</p>
      )}
    </section>
  );
}
