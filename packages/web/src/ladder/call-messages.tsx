import type { CallMessage } from '@calliope/model';
import { useState } from 'react';
import { shownColumns } from '../parts/column.ts';
import { MESSAGE_COLUMNS } from '../parts/message-columns.tsx';
import { usePreferences } from '../parts/use-preferences.ts';
import { VirtualTable } from '../parts/virtual-table.tsx';
import { callColour } from '../view/call-colours.ts';
import { formatCount } from '../view/format-figures.ts';

export interface CallMessagesProps {
  messages: readonly CallMessage[];
  zone: string;
  openId: string;
  onOpen: (id: string) => void;
}

/** The messages of a call as a list: every single one, copies and retransmissions included. */
export function CallMessages({ messages, zone, openId, onOpen }: CallMessagesProps) {
  const [preferences] = usePreferences();
  const [cursor, setCursor] = useState(-1);
  return (
    <VirtualTable
      label="Messages of the call"
      items={messages}
      columns={shownColumns(MESSAGE_COLUMNS, preferences.shownColumns.messages)}
      zone={zone}
      keyOf={(message) => message.id}
      stripOf={(message) => callColour(message.callId)}
      isChosen={() => false}
      cursor={cursor}
      onCursor={setCursor}
      onOpen={(message) => onOpen(message.id)}
      hrefOf={(message) => `/message/${encodeURIComponent(message.id)}`}
      openRowKey={openId}
      totalCount={messages.length}
      onNearEnd={() => undefined}
      footer={`${formatCount(messages.length)} messages, copies and retransmissions included.`}
    />
  );
}
