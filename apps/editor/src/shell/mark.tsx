/** Three streams of water, side by side. */
export function Mark() {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden fill="none">
      <g stroke="var(--accent)" strokeWidth="1.9" strokeLinecap="round">
        <path d="M1.500 6.200c2.800 0 2.800-2.400 5.700-2.400s2.800 2.400 5.600 2.400 2.800-2.400 5.700-2.400" />
        <path
          d="M1.500 11.200c2.800 0 2.800-2.400 5.700-2.400s2.800 2.400 5.600 2.400 2.800-2.400 5.700-2.400"
          opacity=".7"
        />
        <path
          d="M1.500 16.200c2.800 0 2.800-2.400 5.700-2.400s2.800 2.400 5.600 2.400 2.800-2.400 5.700-2.400"
          opacity=".4"
        />
      </g>
    </svg>
  )
}
