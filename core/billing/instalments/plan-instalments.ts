import { allocate } from '../../../sdk/index.ts'
import { periodStart, type Cycle, type IsoDate } from '../../kernel/index.ts'

export interface Part {
  dueOn: IsoDate
  amountMinor: bigint
}

export interface InstalmentWish {
  openMinor: bigint
  parts: number
  firstOn: IsoDate
  every: Cycle
}

/** Pure: parts that add up to the sum; what does not divide goes to the first ones, a unit each. */
export function planInstalments({ openMinor, parts, firstOn, every }: InstalmentWish): Part[] {
  const equal = Array.from({ length: parts }, () => 1n)
  return allocate(openMinor, equal).map((amountMinor, i) => ({
    amountMinor,
    dueOn: periodStart(firstOn, every, i),
  }))
}
