import type { SdpSummary } from '@calliope/model';
import { hostPort } from '../view/reachable-address.ts';

/** What the SDP offers or answers, one line a medium. */
export function SdpTable({ sdp }: { sdp: SdpSummary }) {
  return (
    <table className="plain">
      <caption className="sr-only">Session description</caption>
      <thead>
        <tr>
          <th>Medium</th>
          <th>Where</th>
          <th>Direction</th>
          <th>Codecs</th>
        </tr>
      </thead>
      <tbody>
        {sdp.media.map((medium, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: media have no identity but their place
          <tr key={index} className="mono">
            <td>{medium.type}</td>
            <td>
              {medium.address === '' ? `port ${medium.port}` : hostPort({ host: medium.address, port: medium.port })}
              <span className="muted"> {medium.protocol}</span>
            </td>
            <td>{medium.port === 0 ? 'refused (port 0)' : medium.direction}</td>
            <td>{medium.codecs.join(', ')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
