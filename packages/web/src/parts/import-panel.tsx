import type { ImportResponse } from '@calliope/model';
import { useQueryClient } from '@tanstack/react-query';
import { type DragEvent, useRef, useState } from 'react';
import { Link } from 'wouter';
import { type ApiFailure, asFailure } from '../server/api-failure.ts';
import { uploadCapture } from '../server/upload-capture.ts';
import { formatBytes, formatCount } from '../view/format-figures.ts';
import { sampleCapture } from '../view/sample-capture.ts';
import { isoText, localText, localZone } from '../view/zone-time.ts';
import { FailureBox } from './failure-box.tsx';

interface Upload {
  name: string;
  bytes: number;
  part: number;
  result: ImportResponse | undefined;
  failure: ApiFailure | undefined;
}

function Result({ result }: { result: ImportResponse }) {
  const defects = Object.entries(result.defects).filter(([, count]) => count > 0);
  return (
    <div role="status" className="stack">
      <p>
        <b>{formatCount(result.messages)}</b> SIP messages stored from {formatCount(result.frames)} frames
        {result.otherMessages > 0 && `, and ${formatCount(result.otherMessages)} of other types`}.
        {result.duplicates > 0 && ` ${formatCount(result.duplicates)} copies from other agents were not stored again.`}
      </p>
      {result.firstUs !== null && result.lastUs !== null && (
        <p>
          <span className="mono">{localText(result.firstUs, localZone())}</span> to{' '}
          <span className="mono">{localText(result.lastUs, localZone())}</span>.{' '}
          <Link href={`/?from=${isoText(result.firstUs)}&to=${isoText(result.lastUs + 1)}`}>Show these calls</Link>
        </p>
      )}
      {defects.length > 0 && (
        <p className="muted">
          Not readable: {defects.map(([name, count]) => `${formatCount(count)} ${name}`).join(', ')}.
        </p>
      )}
    </div>
  );
}

/** Brings in a capture file, or a sample made in this browser. */
export function ImportPanel() {
  const [upload, setUpload] = useState<Upload>();
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const abort = useRef<AbortController>(undefined);
  const client = useQueryClient();

  const send = async (file: Blob, name: string) => {
    abort.current = new AbortController();
    const start: Upload = { name, bytes: file.size, part: 0, result: undefined, failure: undefined };
    setUpload(start);
    try {
      const result = await uploadCapture(file, (part) => setUpload({ ...start, part }), abort.current.signal);
      setUpload({ ...start, part: 1, result });
      for (const key of ['health', 'search', 'histogram', 'facets'])
        await client.invalidateQueries({ queryKey: [key] });
    } catch (error) {
      setUpload({ ...start, failure: asFailure(error) });
    }
  };
  const sendSample = () => {
    const seed = Math.random().toString(36).slice(2, 10);
    const bytes = sampleCapture(Date.now() * 1000, seed);
    void send(new Blob([bytes as Uint8Array<ArrayBuffer>]), 'sample.pcap');
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void send(file, file.name);
  };
  const busy = upload !== undefined && !upload.result && !upload.failure;
  return (
    <section className="card padded stack">
      <h2>Load a capture file</h2>
      <fieldset
        className={`drop ${over ? 'over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        aria-label="Capture file"
      >
        <input
          ref={picker}
          type="file"
          className="sr-only"
          tabIndex={-1}
          aria-label="Capture file"
          data-testid="import-file"
          accept=".pcap,.pcapng,.cap,application/vnd.tcpdump.pcap"
          onChange={(event) => {
            const file = event.target.files?.[0];
            if (file) void send(file, file.name);
            event.target.value = '';
          }}
        />
        <button type="button" className="button" disabled={busy} onClick={() => picker.current?.click()}>
          Choose a file …
        </button>
        <span className="muted">or drop it here: pcap or pcapng, with SIP or with HEP inside</span>
      </fieldset>
      {upload && (
        <div className="stack">
          <div className="inline">
            <span className="mono">{upload.name}</span>
            <span className="muted">{formatBytes(upload.bytes)}</span>
            <span className="spacer" />
            {busy && (
              <button type="button" className="button small" onClick={() => abort.current?.abort()}>
                Cancel
              </button>
            )}
          </div>
          {busy && (
            <>
              <progress value={upload.part} max={1} aria-label="Upload" />
              <span className="muted">
                {upload.part < 1 ? `${Math.round(upload.part * 100)} % sent` : 'Sent; the server reads it …'}
              </span>
            </>
          )}
          {upload.result && <Result result={upload.result} />}
          {upload.failure && <FailureBox failure={upload.failure} />}
        </div>
      )}
      <h2>Look around with a sample</h2>
      <p className="muted">
        Two invented calls of the last seconds, made in this browser: one answered, one refused by a gateway with 503.
      </p>
      <div>
        <button type="button" className="button primary" data-testid="load-sample" disabled={busy} onClick={sendSample}>
          Load a sample capture
        </button>
      </div>
    </section>
  );
}
