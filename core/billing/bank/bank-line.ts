import { defineLifecycle, type Instant, type IsoDate } from '../../kernel/index.ts'
import type { StatefulRow } from '../../records/index.ts'

/** A line of a statement waits until it is booked or set aside. What was booked wrongly waits again. */
export const bankLineLifecycle = defineLifecycle('bank_line', {
  initial: 'open',
  transitions: {
    book: { from: ['open', 'ignored'], to: 'booked' },
    undo: { from: ['booked'], to: 'open' },
    ignore: { from: ['open'], to: 'ignored' },
  },
})

export interface BankLineRow extends StatefulRow {
  account_id: string
  brand_id: string
  line_key: string
  file_sha256: string
  booked_on: IsoDate
  amount_minor: bigint
  currency: string
  reference: string | null
  text: string
  name: string | null
  counter_account: string | null
  status: 'open' | 'booked' | 'ignored'
  bookings: number
  note: string | null
  created_at: Instant
  updated_at: Instant
}

export interface BankAccountRow {
  id: string
  brand_id: string
  instance_id: string | null
  name: string
  currency: string
  iban: string | null
  csv_mapping: string | null
  books_sure: number
  tolerance_minor: bigint
  version: number
  created_at: Instant
  updated_at: Instant
}
