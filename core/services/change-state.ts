import type { NewDays } from './plan-change.ts'
import type { Offer } from './ports.ts'

/** What a change lays down: read again when it is applied. */
export interface ChangeState {
  productId: string
  cycle: string
  priceId: string | null
  /** Absent in changes of before a quantity could change. */
  quantity?: number
  amountMinor: string
  recurringMinor: string
  taxClass: string
  moduleSettings: Record<string, unknown>
  options: (Omit<Offer['options'][number], 'amountMinor'> & { amountMinor: string })[]
  days: NewDays | null
}
