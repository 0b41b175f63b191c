import { Type } from '../../../sdk/index.ts'
import { listOverrides } from '../../billing/index.ts'
import { defineVerb, writeSetting, type Means } from '../../records/index.ts'
import type { FormBody } from '../context.ts'
import { textOf, type Asked, type Desk } from './desk.ts'
import type { Section } from './pages.ts'
import { namedAfter, typed } from './settings.ts'
import { fieldName } from './views/settings.ts'
import { TERM_PLACES, termsPage, type TermScope } from './views/terms.ts'

const SCOPES = ['client', 'product', 'group'] as const
const PATHS = {
  client: '/clients/:id/settings',
  product: '/catalog/products/:id/settings',
  group: '/catalog/groups/:id/settings',
} as const

/** Gives one place values of its own, and takes others away, all or none. */
export const changeTerms = defineVerb(
  {
    permission: 'setting.change_terms',
    audience: ['staff'],
    input: Type.Object({
      scope: Type.Enum({ client: 'client', product: 'product', group: 'group' } as const),
      scope_id: Type.String(),
      values: Type.Record(Type.String(), Type.Unknown()),
      inherit: Type.Array(Type.String()),
    }),
  },
  async (means: Means, { scope, scope_id: scopeId, values, inherit }, actor): Promise<void> => {
    const known = await listOverrides(means, { scope, scope_id: scopeId }, actor)
    await means.db.transaction(async (trx) => {
      for (const { setting } of known) {
        const inherits = inherit.includes(setting.key)
        if (!inherits && !(setting.key in values)) continue
        const value = inherits ? undefined : values[setting.key]
        await writeSetting(means, trx, { setting, scope, scopeId, value }, actor).catch(namedAfter(setting))
      }
    })
  },
)

/** Own values of one client, product or product group. */
export const terms: Section = {
  pages: SCOPES.map((scope) => ({
    path: PATHS[scope],
    permission: listOverrides.permission,
    draw: termsPage(scope),
  })),
  acts: SCOPES.map((scope) => ({
    path: PATHS[scope],
    permission: changeTerms.permission,
    again: termsPage(scope),
    act: save(scope),
  })),
}

function save(scope: TermScope) {
  return async (desk: Desk, { form, params }: Asked) => {
    const { means, actor, t } = desk
    const id = params.id!
    const known = (await listOverrides(means, { scope, scope_id: id }, actor)).map(({ setting }) => setting)
    const group = (form.values ?? {}) as FormBody
    const inherits = ({ key }: { key: string }) => textOf(group, `own.${fieldName(key)}`) === ''
    const own = known.filter((setting) => !inherits(setting))
    const values = typed(own, group)
    const inherit = known.filter(inherits).map(({ key }) => key)
    await changeTerms(means, { scope, scope_id: id, values, inherit }, actor)
    return { href: `${TERM_PLACES[scope].at}/${id}`, message: t('admin.settings.saved') }
  }
}
