/** Value of Content-Disposition (RFC 6266): a Call-ID comes from outside, so only what is harmless in every file system is kept of it. */
export function contentDisposition(stem: string, extension: string, nowUs: number): string {
  const safe = stem
    .replace(/[^A-Za-z0-9._@-]+/g, '_')
    .replace(/^[._]+/, '')
    .slice(0, 80);
  const when = new Date(nowUs / 1000).toISOString().slice(0, 19).replaceAll(':', '');
  return `attachment; filename="calliope-${safe || 'export'}-${when}Z.${extension}"`;
}
