/** The maker's mark: a K struck into an octagon. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" width={size} height={size} className="shrink-0">
      <path d="M9 1h14l8 8v14l-8 8H9l-8-8V9z" fill="var(--gold-fill)" />
      <path d="M10 4h12l6 6v12l-6 6H10l-6-6V10z" fill="none" stroke="#3c2c05" strokeOpacity=".5" />
      <path d="M11 8h3.4v6.6L20.2 8h4.1l-6.4 7.2L24.7 24h-4.2l-4.9-6.6-1.2 1.3V24H11z" fill="#2b2004" />
    </svg>
  );
}
