import type { ImportResponse } from '@calliope/model';
import { failureOfAnswer, unreachable } from './api-failure.ts';

/** Sends a capture file and reports how far it is, 0..1 of its bytes. fetch cannot report that, hence XMLHttpRequest. */
export function uploadCapture(
  file: Blob,
  onProgress: (part: number) => void,
  signal?: AbortSignal,
): Promise<ImportResponse> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/imports');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (event) => onProgress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onerror = () => reject(unreachable());
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    request.onload = () => {
      if (request.status >= 400) reject(failureOfAnswer(request.status, request.responseText));
      else resolve(JSON.parse(request.responseText) as ImportResponse);
    };
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
