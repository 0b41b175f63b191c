import {
  addExemption,
  checkTaxId,
  confirmTaxId,
  readExemptionPaper,
  withdrawExemption,
} from '../../billing/index.ts'
import { getFile } from '../../files/index.ts'
import { NotFound } from '../../kernel/index.ts'
import type { DangerView } from './blocks.ts'
import { formParts, optional, textOf, ticked, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { exemptionsPage, taxIdsPage } from './views/tax-buyers.ts'

/** Who owes no tax, or owes it elsewhere: certificates and checked tax ids. */
export const taxBuyers: Section = {
  pages: [
    { path: '/tax/exemptions', permission: 'tax_exemption.list', draw: exemptionsPage },
    {
      path: '/tax/exemptions/:exemption/withdraw',
      permission: 'tax_exemption.withdraw',
      draw: withdrawPage,
    },
    { path: '/tax/ids', permission: 'tax_id.list', draw: taxIdsPage },
  ],
  files: [{ path: '/tax/exemptions/:exemption/paper', permission: 'tax_exemption.read', send: sendPaper }],
  acts: [
    { path: '/tax/exemptions', permission: 'tax_exemption.add', again: exemptionsPage, act: addPaper },
    {
      path: '/tax/exemptions/:exemption/withdraw',
      permission: 'tax_exemption.withdraw',
      again: withdrawPage,
      act: withdraw,
    },
    { path: '/tax/ids/:client/check', permission: 'tax_id.check', act: check },
    { path: '/tax/ids/:client/confirm', permission: 'tax_id.confirm', again: taxIdsPage, act: confirm },
  ],
}

async function withdrawPage(desk: Desk, asked: Asked): Promise<DangerView> {
  const { means, actor, t } = desk
  const row = await readExemptionPaper(means, { exemption_id: asked.params.exemption }, actor)
  return {
    title: t('tax.exemptions.withdraw_title', { number: row.number }),
    crumbs: [{ label: t('tax.exemptions.title'), href: '/admin/tax/exemptions' }, { label: row.number }],
    action: `/admin/tax/exemptions/${row.id}/withdraw`,
    label: t('tax.exemptions.withdraw'),
    cancelHref: '/admin/tax/exemptions',
    acts: [{ text: t('tax.exemptions.withdraw_act') }, { text: t('tax.exemptions.withdraw_kept') }],
    ...(asked.refused?.problem ? { error: asked.refused.problem } : {}),
    keys: formParts(desk, asked).keys,
  }
}

async function addPaper({ means, actor, t }: Desk, { form, uploads }: Asked) {
  const [country, ends_on] = [optional(form, 'country'), optional(form, 'ends_on')]
  const file = uploads.get('u.paper')
  const input = {
    ...{ client_id: textOf(form, 'client_id'), number: textOf(form, 'number') },
    ...{ authority: textOf(form, 'authority'), starts_on: textOf(form, 'starts_on'), ends_on },
    country: country?.toUpperCase() ?? null,
    tax_classes: textOf(form, 'tax_classes')
      .split(/[\s,]+/)
      .filter(Boolean),
    ...(file ? { file } : {}),
  }
  await addExemption(means, input, actor)
  return { href: '/admin/tax/exemptions', message: t('tax.done.exemption_added', { number: input.number }) }
}

async function withdraw({ means, actor, t }: Desk, { params, form }: Asked) {
  await withdrawExemption(means, { exemption_id: params.exemption, reason: textOf(form, 'reason') }, actor)
  return { href: '/admin/tax/exemptions', message: t('tax.done.exemption_withdrawn') }
}

async function sendPaper({ means, actor }: Desk, { params }: Asked) {
  const { file_id, id } = await readExemptionPaper(means, { exemption_id: params.exemption }, actor)
  const file = file_id === null ? undefined : await getFile(means.db, file_id)
  if (!file) throw NotFound({ what: 'file', id })
  return { name: file.file_name, type: file.media_type, body: await means.files.read(file.sha256) }
}

async function check({ means, actor, t }: Desk, { params }: Asked) {
  const answer = await checkTaxId(means, { client_id: params.client }, actor)
  const outcome = answer?.outcome ?? 'unknown'
  return {
    href: `/admin/tax/ids?client=${params.client}`,
    message: t(`tax.done.checked.${outcome}`),
    failed: outcome !== 'valid',
  }
}

async function confirm({ means, actor, t }: Desk, { params, form }: Asked) {
  const reference = optional(form, 'reference')
  const input = {
    ...{ client_id: params.client, valid: ticked(form, 'valid'), reason: textOf(form, 'reason') },
    ...(reference === null ? {} : { reference }),
  }
  await confirmTaxId(means, input, actor)
  return { href: `/admin/tax/ids?client=${params.client}`, message: t('tax.done.confirmed') }
}
