/** The organ pipes of a calliope, which are the lanes of a ladder too. */
export function CalliopeMark({ size = 22 }: { size?: number }) {
  return (
    <svg className="mark" width={size} height={size} viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
      <path d="M2 7.5A1.5 1.5 0 0 1 3.5 6h.5a1.5 1.5 0 0 1 1.5 1.5v5L4 14l1.5 1.5V19H2z" />
      <path d="M7.5 4.5A1.5 1.5 0 0 1 9 3h.5A1.5 1.5 0 0 1 11 4.5v8L9.5 14l1.5 1.5V21H7.5z" opacity=".85" />
      <path d="M13 8.5A1.5 1.5 0 0 1 14.5 7h.5a1.5 1.5 0 0 1 1.5 1.5v4L15 14l1.5 1.5V18H13z" opacity=".7" />
      <path d="M18.5 10.5A1.5 1.5 0 0 1 20 9h.5a1.5 1.5 0 0 1 1.5 1.5v2L20.5 14l1.5 1.5v1h-3.5z" opacity=".55" />
    </svg>
  );
}
