export function Kbd({ children }: { children: string }) {
  return (
    <kbd className="inline-grid h-5 pointer-coarse:hidden min-w-5 place-items-center rounded-sm border border-line-strong bg-sunken px-1 font-mono text-xs text-muted">
      {children}
    </kbd>
  );
}
