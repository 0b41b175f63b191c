import type { Row } from '../../../core/db/index.ts'
import type { Actor } from '../../../core/kernel/index.ts'
import type { TestMeans } from '../../support/means.ts'
import type { Plant } from './plant.ts'

/** An installation in which nobody refuses anything yet. */
export interface Ground {
  plant: Plant
  means: TestMeans
}

/** The call of a verb that must come to its check; the test makes it, with a plugin that refuses. */
export interface Call {
  input: Record<string, unknown>
  /** Absent: staff who may do everything. */
  actor?: Actor
  /** Beside those that every verb gets. */
  means?: object
  /** What the verb answers all the same, since what was refused is left for later; absent: it rejects. */
  answers?: unknown
}

/** Makes what the verb acts on and says how it is called. */
export type Prepare = (ground: Ground) => Promise<Call>

/** By permission of the verb, then by the check that it asks. */
export type Decisions = Readonly<Record<string, Readonly<Record<string, Prepare>>>>

export const REASON = 'Because'
export const reason = { reason: REASON }

/** The verb acts on a record "x" in that state. */
export const on =
  (table: string, row: Row, input: Record<string, unknown>, call: Omit<Call, 'input'> = {}): Prepare =>
  async ({ plant }) => {
    await plant(table, { id: 'x', ...row })
    return { input, ...call }
  }

/** With another record that the verb reads. */
export const beside =
  (table: string, row: Row, prepare: Prepare): Prepare =>
  async (ground) => {
    await ground.plant(table, row)
    return prepare(ground)
  }

/** A record "x" in a state, named by its noun. */
export const of =
  (table: string, noun: string) =>
  (status: string, input: object = reason): Prepare =>
    on(table, { status }, { [`${noun}_id`]: 'x', ...input })

const LIVE = {
  cycle: 'monthly',
  billing_status: 'active',
  delivery_status: 'live',
  zone: 'UTC',
  parent_id: null,
}

export const withService = (row: Row, prepare: Prepare): Prepare =>
  beside('services', { id: 'svc', ...LIVE, ...row }, prepare)

/** The verb acts on a service "svc" that is live, but for what is told. */
export const service = (input: object = {}, row: Row = {}, call: Omit<Call, 'input'> = {}): Prepare =>
  withService(row, () => Promise.resolve({ input: { service_id: 'svc', ...input }, ...call }))
