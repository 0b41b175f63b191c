import type { Router } from '@koa/router'
import { choosePost, postChoice } from '../../../billing/index.ts'
import { formatMoney } from '../../../i18n/index.ts'
import { changeProfile } from '../../../identity/index.ts'
import { changeClient, findClient, lockedFields, Profile, type Client } from '../../../clients/index.ts'
import { readSetting } from '../../../records/index.ts'
import { ChangedMeanwhile } from '../../../kernel/index.ts'
import type { RouteCtx, State } from '../../context.ts'
import {
  can,
  checkField,
  countryOptions,
  flash,
  formInput,
  formKeys,
  formVersion,
  languageName,
  page,
  requireClient,
  seeOther,
  tryForm,
  type FormProblem,
} from '../../page/index.ts'
import { accountTabs } from './tabs.ts'

/** In the order in which people write an address. */
const SHOWN = [
  'name',
  'company',
  'email',
  'phone',
  'address_1',
  'address_2',
  'postcode',
  'city',
  'region',
  'country',
  'tax_id',
  'locale',
] as const satisfies readonly (keyof Profile)[]

export function profileRoutes(router: Router<State>): void {
  router.get('/portal/account', (ctx) => drawProfile(ctx))
  router.post('/portal/account', takeProfile)
  router.post('/portal/account/post', takePost)
  router.post('/portal/account/check', (ctx) => checkField(ctx, Profile))
}

/** CP-16. */
async function drawProfile(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t, locale, deps } = ctx.state
  const client = await readClient(ctx)
  const locked: readonly string[] = await readSetting(deps.db, lockedFields, { brand: client.brand_id })
  const values: Record<string, unknown> = { ...client, ...problem?.values }
  const view = {
    tabs: accountTabs(t, 'profile'),
    fields: SHOWN.map((name) => ({
      ...INPUTS[name],
      ...{ name, label: t(`portal.account.field.${name}`), value: values[name] ?? '' },
      ...(name === 'country' ? { kind: 'select', options: countryOptions(locale) } : {}),
      ...(name === 'locale' ? { kind: 'select', options: languagesOf(ctx, client) } : {}),
      required: REQUIRED.has(name),
      check: '/portal/account/check',
      error: problem?.fieldErrors[name],
      hint: locked.includes(name) ? t('portal.account.locked') : ((HINTS[name] && t(HINTS[name])) ?? null),
      attrs: locked.includes(name) ? { readonly: true } : {},
    })),
    canChange: can(ctx, changeClient),
    currency: client.currency,
    post: await postView(ctx, client),
    ...{ keys: formKeys(client), errors: problem?.errors ?? [] },
  }
  await page(ctx, 'portal/account/index', view, { title: t('portal.account.title') })
}

const REQUIRED = new Set<string>(['name', 'email', 'address_1', 'city', 'postcode', 'country', 'locale'])
const HINTS: Record<string, string> = { locale: 'portal.account.locale_hint' }
const INPUTS: Record<string, { kind?: string; autocomplete?: string }> = {
  name: { autocomplete: 'name' },
  company: { autocomplete: 'organization' },
  email: { kind: 'email', autocomplete: 'email' },
  phone: { kind: 'tel', autocomplete: 'tel' },
  address_1: { autocomplete: 'address-line1' },
  address_2: { autocomplete: 'address-line2' },
  postcode: { autocomplete: 'postal-code' },
  city: { autocomplete: 'address-level2' },
  region: { autocomplete: 'address-level1' },
  country: { autocomplete: 'country' },
}

async function takeProfile(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    redraw: (problem) => drawProfile(ctx, problem),
    async act() {
      const client = await readClient(ctx)
      const seen = formVersion(ctx)
      if (seen !== null && seen !== client.version) throw ChangedMeanwhile({ what: 'client', id: client.id })
      const profile = formInput(ctx, Profile)
      for (const name of SHOWN) if (ctx.state.form[name] === '' && !REQUIRED.has(name)) profile[name] = null
      await changeClient(deps, { client_id: client.id, profile }, actor)
      if (profile.locale && profile.locale !== client.locale)
        await changeProfile(deps, { locale: profile.locale }, actor)
      flash(ctx, { tone: 'good', text: t('portal.account.saved') })
      seeOther(ctx, '/portal/account')
    },
  })
}

/** Null where the brand offers no letters, or the reader may not ask for them. */
async function postView(ctx: RouteCtx, client: Client) {
  const { t, locale, deps } = ctx.state
  const choice = can(ctx, choosePost) ? await postChoice(deps.db, client) : null
  if (!choice) return null
  const amount = formatMoney({ minor: choice.feeMinor, currency: client.currency }, locale)
  const text = t(`portal.account.post.${choice.feeMinor === 0n ? 'free' : 'fee'}`, { amount })
  return { keys: formKeys(), text, chosen: choice.chosen }
}

async function takePost(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t, form } = ctx.state
  const { client } = requireClient(ctx)
  const by_post = Boolean(form.by_post)
  await choosePost(deps, { client_id: client.id, by_post }, actor)
  flash(ctx, { tone: 'good', text: t(`portal.account.post.${by_post ? 'on' : 'off'}`) })
  seeOther(ctx, '/portal/account')
}

/** Those that there are texts for, and the one that staff gave the client. */
function languagesOf(ctx: RouteCtx, client: Client): { value: string; label: string }[] {
  const known = new Set([...ctx.state.deps.messages.locales, client.locale])
  return [...known].map((value) => ({ value, label: languageName(value) }))
}

function readClient(ctx: RouteCtx): Promise<Client> {
  const { actor, client } = requireClient(ctx)
  return findClient(ctx.state.deps.db, actor, client.id, 'client.read')
}
