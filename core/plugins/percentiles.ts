/** Of times in milliseconds, in any order; 0 of none. */
export function medianAndP95(times: readonly number[]): { medianMs: number; p95Ms: number } {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { medianMs: at(0.5), p95Ms: at(0.95) }
}
