import type { Actor } from '../kernel/index.ts'
import { checkHookOf, questionOf, type Asking, type Hooks } from '../records/index.ts'
import type { PlannedInvoice } from './plan-invoice.ts'

/** A document has no id before it is issued, so its client stands for it. */
export function issueAsking({ draft, totalMinor }: PlannedInvoice): Asking {
  const row = { id: draft.clientId, version: 0, brand_id: draft.brandId, client_id: draft.clientId }
  const facts = {
    ...{ kind: draft.kind ?? 'invoice', origin: draft.origin, currency: draft.currency, due_on: draft.dueOn },
    total_minor: String(totalMinor),
  }
  return { noun: 'invoice', transition: 'issue', from: 'draft', to: 'issued', row, facts }
}

/** Asks for the documents of a chunk before its transaction begins. Throws the first refusal: its client is parked. */
export async function checkIssue(
  hooks: Hooks,
  invoices: readonly PlannedInvoice[],
  actor: Actor,
): Promise<void> {
  if (!hooks.listens(checkHookOf('invoice', 'issue'))) return
  for (const invoice of invoices) {
    const verdict = await hooks.check(questionOf(issueAsking(invoice), actor))
    if (!verdict.allowed) throw verdict.error
  }
}
