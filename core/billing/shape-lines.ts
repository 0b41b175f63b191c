import type { ShapeValue } from '../../sdk/index.ts'
import { AskFirst, type Queries, type Trx } from '../db/index.ts'
import { defineError } from '../kernel/index.ts'
import type { Hooks } from '../records/index.ts'
import type { DraftInvoice, DraftLine } from './draft.ts'

/** The hook by which plugins add to what a renewal asks for. */
export const LINES = 'invoice.lines:shape'

export const LinesRefused = defineError(
  'hook.lines_refused',
  502,
  (p: { subject: string; reason: string }) =>
    `What plugins add to the sum of ${p.subject} does not fit: ${p.reason}. Nothing was written.`,
)

/**
 * Offers the lines of a document to plugins, which may add fees and discounts. Run and preview call it, outside of any
 * transaction. Nothing is asked where nobody listens.
 */
export async function shapeLines(hooks: Hooks, draft: DraftInvoice): Promise<DraftInvoice> {
  if (!hooks.listens(LINES)) return draft
  const added = await addedTo(hooks, draft)
  return added.length === 0 ? draft : { ...draft, lines: [...draft.lines, ...added] }
}

/**
 * What plugins add to a document that is previewed, and issued in a transaction: that is left for the question and begun
 * anew. The same lines have the same answer, so preview and document agree.
 */
export async function linesAdded(
  hooks: Hooks,
  queries: Queries | Trx,
  draft: DraftInvoice,
): Promise<readonly DraftLine[]> {
  if (!hooks.listens(LINES)) return []
  if (!('answers' in queries)) return addedTo(hooks, draft)
  const key = `${LINES} ${JSON.stringify(valueOf(draft))}`
  if (!queries.answers.has(key)) throw new AskFirst(new Map([[key, () => addedTo(hooks, draft)]]))
  return queries.answers.get(key) as readonly DraftLine[]
}

async function addedTo(hooks: Hooks, draft: DraftInvoice): Promise<readonly DraftLine[]> {
  const { clientId: subject } = draft
  const added: DraftLine[] = []
  const taxClass = draft.lines[0]!.taxClass
  await hooks.shape(LINES, valueOf(draft), (before, answer, plugin) => {
    const of = { subject, taxClass, trace: { hook: LINES, plugin } }
    const lines = answer.add.map((one) => addedLine(one, of))
    added.push(...lines)
    const shown = lines.map(({ kind, description, amountMinor }) => ({
      ...{ kind, description, amount_minor: String(amountMinor), source_id: null },
    }))
    return { ...before, lines: [...before.lines, ...shown] }
  })
  if ([...draft.lines, ...added].reduce((sum, line) => sum + line.amountMinor, 0n) < 0n)
    throw LinesRefused({ subject, reason: 'the discounts are more than the rest' })
  return added
}

const valueOf = ({ clientId, brandId, currency, origin, lines }: DraftInvoice): ShapeValue<typeof LINES> => ({
  ...{ client_id: clientId, brand_id: brandId, currency, origin },
  lines: lines.map((line) => ({
    ...{ kind: line.kind, description: line.description, amount_minor: String(line.amountMinor) },
    source_id: line.sourceId,
  })),
})

interface Addition {
  kind: 'fee' | 'discount'
  description: string
  amount_minor: string
}

/** A line that a plugin adds, which names its subject where it does not fit. */
export function addedLine(
  { kind, description, amount_minor }: Addition,
  of: { subject: string; taxClass: string; trace: DraftLine['trace'] },
): DraftLine {
  const amountMinor = BigInt(amount_minor)
  if (kind === 'fee' ? amountMinor <= 0n : amountMinor >= 0n)
    throw LinesRefused({
      subject: of.subject,
      reason: `a ${kind} must be ${kind === 'fee' ? 'above' : 'below'} zero, "${description}" is not`,
    })
  return {
    ...{ sourceId: null, kind, description, quantity: 1 },
    ...{ unitMinor: amountMinor, amountMinor, taxClass: of.taxClass, trace: of.trace },
  }
}
