import { cancelAgreement, matchAgreement } from '../../billing/index.ts'
import { optional, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { agreementList, agreementPage, endPage } from './views/agreements.ts'

const ending = { path: '/agreements/:id/end', permission: 'agreement.cancel' } as const

export const agreements: Section = {
  pages: [
    { path: '/agreements', permission: 'agreement.list', draw: agreementList },
    { path: '/agreements/:id', permission: 'agreement.read', draw: agreementPage },
    { ...ending, draw: endPage },
  ],
  acts: [
    { path: '/agreements/:id/match', permission: 'agreement.match', again: agreementPage, act: match },
    { ...ending, again: endPage, act: end },
  ],
}

async function match({ means, actor, t }: Desk, { form, params }: Asked) {
  const service = optional(form, 'service_id')
  await matchAgreement(means, { agreement_id: params.id, service_id: service }, actor)
  const message = service === null ? t('payouts.agreements.unmatched') : t('payouts.agreements.matched')
  return { href: `/admin/agreements/${params.id!}`, message }
}

async function end({ means, actor, t }: Desk, { params }: Asked) {
  await cancelAgreement(means, { agreement_id: params.id }, actor)
  return { href: `/admin/agreements/${params.id!}`, message: t('payouts.agreements.ended') }
}
