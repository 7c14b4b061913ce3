import { Link, useLocation, useSearch as useSearchPart } from 'wouter';
import { MessageDetail, MessageDownload } from '../ladder/message-detail.tsx';
import { ZoneSwitch } from '../parts/zone-switch.tsx';
import { useCall, useMessage } from '../server/call-queries.ts';
import { callPath } from '../view/call-view.ts';

/** One message at an address of its own, for a link in a ticket. Previous and next are its neighbours in the same call. */
export function MessagePage({ id }: { id: string }) {
  const zone = new URLSearchParams(useSearchPart()).get('tz') || 'UTC';
  const [, navigate] = useLocation();
  const message = useMessage(id);
  const callId = message.data?.message.callId ?? '';
  const call = useCall(callId === '' ? [] : [callId]);
  const at = call.messages.findIndex((one) => one.id === id);
  const pathOf = (other: string, inZone: string) =>
    `/message/${encodeURIComponent(other)}${inZone === 'UTC' ? '' : `?tz=${encodeURIComponent(inZone)}`}`;
  const step = (by: number) => {
    const target = at < 0 ? undefined : call.messages[at + by];
    return target && (() => navigate(pathOf(target.id, zone)));
  };
  return (
    <main className="message-page">
      <MessageDetail
        id={id}
        zone={zone}
        onClose={() => navigate(callId === '' ? '/messages' : callPath([callId], zone))}
        onPrevious={step(-1)}
        onNext={step(1)}
        actions={
          <>
            <ZoneSwitch zone={zone} onZone={(next) => navigate(pathOf(id, next), { replace: true })} />
            {callId !== '' && (
              <Link className="button small" href={`${callPath([callId], zone)}&m=${encodeURIComponent(id)}`}>
                Ladder
              </Link>
            )}
            <MessageDownload id={id} />
          </>
        }
      />
    </main>
  );
}
