import { Type } from '../../../sdk/index.ts'
import { Forbidden } from '../../kernel/index.ts'
import { defineVerb } from '../../records/index.ts'
import type { BillingDeps } from './bill.ts'
import { previewBilling, type Preview } from './preview.ts'

const PERMISSION = 'billing.preview'

/** What the next days will invoice and suspend, for staff of all brands: a run knows no borders between them. */
export const readPreview = defineVerb(
  {
    permission: PERMISSION,
    asksNobody: 'it shows what a run would do, and nothing of it stays',
    audience: ['staff'],
    input: Type.Object({
      days: Type.Integer({ minimum: 1, maximum: 400 }),
    }),
  },
  async (deps: BillingDeps, { days }, actor): Promise<Preview> => {
    if (actor.kind === 'staff' && actor.brandIds !== 'all') throw Forbidden({ permission: PERMISSION })
    return previewBilling(deps.means, deps, { days })
  },
)
