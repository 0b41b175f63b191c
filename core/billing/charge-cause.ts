import { sql } from '../db/index.ts'

/** Put before the cause of a charge whose period may be charged again. A cancellation took it back with its document. */
export const droppedBy = (cancellationId: string): string => `dropped/${cancellationId}/`
/** A change of the cycle gave it back as credit; its document is owed as before. */
export const changedBy = (changeId: string): string => `changed/${changeId}/`
/** So did a renewal that was moved. */
export const movedBy = (changeId: string): string => `moved/${changeId}/`

/** Of a charge c: nobody has given its period back as credit. One that was is no part of a term, and not given back twice. */
export const notGivenBack = sql`c.cause not like 'changed/%' and c.cause not like 'moved/%'`

/** Of an invoice i: it asks for the next periods. Staff may have merged or split it; orders and changes they may not. */
export const asksAhead = sql`i.kind = 'invoice' and i.origin in ('renewal', 'merged', 'split')`
