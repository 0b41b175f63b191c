/** An excerpt for the example, in parts per million; a real plugin brings the whole table with each version. */
export interface StateRates {
  rate: number
  /** By the first digits of the ZIP code. */
  local?: Readonly<Record<string, { name: string; rate: number }>>
  /** Classes on which the state takes nothing. */
  free?: readonly string[]
}

export const RATES: Readonly<Record<string, StateRates>> = {
  CA: { rate: 60_000, local: { '902': { name: 'Los Angeles', rate: 35_000 } }, free: ['hosting'] },
  NY: { rate: 40_000, local: { '100': { name: 'New York City', rate: 45_000 } } },
  OR: { rate: 0 },
}
