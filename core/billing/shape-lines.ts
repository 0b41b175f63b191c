import type { ShapeAnswer } from '../../sdk/index.ts'
import { defineError } from '../kernel/index.ts'
import type { Hooks } from '../records/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'

const LINES = 'invoice.lines:shape'

export const LinesRefused = defineError(
  'hook.lines_refused',
  502,
  (p: { client: string; reason: string }) =>
    `What plugins add to the invoice of ${p.client} does not fit: ${p.reason}. It was not issued.`,
)

/**
 * Offers the lines of a renewal to plugins, which may add fees and discounts. Run and preview call it, outside of any
 * transaction; orders do not, because their buyers have seen the sum. Nothing is asked where nobody listens.
 */
export async function shapeLines(hooks: Hooks, draft: DraftInvoice): Promise<DraftInvoice> {
  if (!hooks.listens(LINES)) return draft
  const { clientId, brandId, currency } = draft
  const added: DraftLine[] = []
  const value = {
    ...{ client_id: clientId, brand_id: brandId, currency },
    lines: draft.lines.map((line) => ({
      ...{ kind: line.kind, description: line.description, amount_minor: String(line.amountMinor) },
      source_id: line.sourceId,
    })),
  }
  await hooks.shape(LINES, value, (before, answer) => {
    const lines = answer.add.map((one) => lineOf(draft, one))
    added.push(...lines)
    const shown = lines.map(({ kind, description, amountMinor }) => ({
      ...{ kind, description, amount_minor: String(amountMinor), source_id: null },
    }))
    return { ...before, lines: [...before.lines, ...shown] }
  })
  if (added.length === 0) return draft
  const lines = [...draft.lines, ...added]
  if (lines.reduce((sum, line) => sum + line.amountMinor, 0n) < 0n)
    throw LinesRefused({ client: clientId, reason: 'the discounts are more than the rest' })
  return { ...draft, lines }
}

function lineOf(draft: DraftInvoice, one: ShapeAnswer<typeof LINES>['add'][number]): DraftLine {
  const amountMinor = BigInt(one.amount_minor)
  if (one.kind === 'fee' ? amountMinor <= 0n : amountMinor >= 0n)
    throw LinesRefused({
      client: draft.clientId,
      reason: `a ${one.kind} must be ${one.kind === 'fee' ? 'above' : 'below'} zero, "${one.description}" is not`,
    })
  return {
    ...{ sourceId: null, kind: one.kind, description: one.description, quantity: 1 },
    ...{ unitMinor: amountMinor, amountMinor, taxClass: draft.lines[0]!.taxClass },
    trace: { hook: LINES },
  }
}
