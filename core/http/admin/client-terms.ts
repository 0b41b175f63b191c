import { changeClientTerms } from '../../billing/index.ts'
import { BerthError, invalidInput } from '../../kernel/index.ts'
import type { Setting } from '../../records/index.ts'
import type { FormBody } from '../context.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { fieldOf, typed } from './settings.ts'
import { termsPage, termsSettings } from './views/client-terms.ts'
import { fieldName } from './views/settings.ts'

export const clientTerms: Section = {
  pages: [{ path: '/clients/:id/terms', permission: 'client.change_terms', draw: termsPage }],
  acts: [{ path: '/clients/:id/terms', permission: 'client.change_terms', again: termsPage, act: save }],
}

async function save({ means, actor, t }: Desk, { form, params }: Asked) {
  const group = (form.values ?? {}) as FormBody
  const own = ({ key }: Setting) => textOf(group, `own.${fieldName(key)}`) !== ''
  const settings = termsSettings()
  const input = {
    client_id: params.id,
    values: typed(settings.filter(own), group),
    inherit: settings.filter((setting) => !own(setting)).map(({ key }) => key),
  }
  await changeClientTerms(means, input, actor).catch(named)
  return { href: `/admin/clients/${params.id!}`, message: t('admin.terms.saved') }
}

/** A refusal speaks of a part of a value; the form has many values. */
function named(error: unknown): never {
  if (!(error instanceof BerthError) || error.code !== 'input.invalid') throw error
  const parts = Object.entries(error.fields).map(([part, reason]) => [ownerOf(part), reason] as const)
  throw invalidInput(Object.fromEntries(parts))
}

/** "grace_days" is a part of the late fee alone. */
function ownerOf(part: string): string {
  const settings = termsSettings()
  const owner =
    settings.find(({ key }) => key === part || part.startsWith(`${key}.`)) ??
    settings.find(({ schema }) => part in ((schema as { properties?: object }).properties ?? {}))
  return owner ? fieldOf(owner, part) : part
}
