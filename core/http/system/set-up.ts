import type { Router } from '@koa/router'
import { isCurrency } from '../../../sdk/index.ts'
import { setUpInstallation } from '../../brands/index.ts'
import { sql } from '../../db/index.ts'
import { AlreadySetUp } from '../../identity/index.ts'
import { PageNotFound } from '../errors.ts'
import type { RouteCtx, State } from '../context.ts'
import {
  countryOptions,
  currencyOptions,
  field,
  flash,
  page,
  seeOther,
  tryForm,
  type FormProblem,
} from '../page/index.ts'

/** SY-01: the first run. Opened by the token that the start prints; closed for ever once done. */
export function setUpRoutes(router: Router<State>): void {
  router.get('/admin/setup', showSetUp)
  router.post('/admin/setup', takeSetUp)
}

async function showSetUp(ctx: RouteCtx): Promise<void> {
  await requireOpen(ctx)
  await drawSetUp(ctx)
}

async function requireOpen(ctx: RouteCtx): Promise<void> {
  const row = await ctx.state.deps.db.get<{ set_up_at: string | null }>(
    sql`select set_up_at from installation`,
  )
  if (row?.set_up_at) throw PageNotFound({ path: ctx.path })
}

async function takeSetUp(ctx: RouteCtx): Promise<void> {
  const { deps, actor, t } = ctx.state
  await tryForm(ctx, {
    shown: [403, 422, 429],
    fieldOf: (name) => FIELDS[name] ?? name,
    redraw: (problem) => drawSetUp(ctx, problem),
    async act() {
      await setUpInstallation(deps, { token: field(ctx, 'token'), ...inputOf(ctx) }, actor).catch(
        (error: unknown) => {
          throw (error as { code?: string }).code === AlreadySetUp.code
            ? PageNotFound({ path: ctx.path })
            : error
        },
      )
      flash(ctx, { tone: 'good', text: t('getting_in.set_up.done') })
      seeOther(ctx, '/admin/sign-in')
    },
  })
}

/** What is not asked is worked out: the rest can be changed in the settings at any time. */
function inputOf(ctx: RouteCtx): object {
  const { origin, locale, form } = ctx.state
  const company = field(ctx, 'company')
  const email = field(ctx, 'email')
  const currency = field(ctx, 'currency')
  return {
    owner: { name: field(ctx, 'name'), email, password: form.password },
    seller: {
      ...{ name: company, email, country: field(ctx, 'country') },
      address: { lines: [field(ctx, 'street')], postcode: field(ctx, 'postcode'), city: field(ctx, 'city') },
      ...(field(ctx, 'tax_id') ? { tax_id: field(ctx, 'tax_id') } : {}),
    },
    brand: {
      ...{
        name: field(ctx, 'brand') || company,
        hosts: [new URL(origin).hostname],
        locale: locale.split('-')[0],
      },
      ...{ currency, currencies: [currency], zone: field(ctx, 'zone') },
      prices_include_tax: form.prices_include_tax !== undefined,
      sender: `${company.replaceAll(/[<>]/g, '')} <${email}>`,
    },
  }
}

const FIELDS: Record<string, string> = {
  'owner.name': 'name',
  'owner.email': 'email',
  'owner.password': 'password',
  'seller.name': 'company',
  'seller.email': 'email',
  'seller.country': 'country',
  'seller.address.lines.0': 'street',
  'seller.address.postcode': 'postcode',
  'seller.address.city': 'city',
  'seller.tax_id': 'tax_id',
  'brand.name': 'brand',
  'brand.currency': 'currency',
  'brand.currencies': 'currency',
  'brand.zone': 'zone',
}

async function drawSetUp(ctx: RouteCtx, problem?: FormProblem): Promise<void> {
  const { t, locale } = ctx.state
  const token = field(ctx, 'token') || (typeof ctx.query.token === 'string' ? ctx.query.token : '')
  const view = {
    token,
    values: { zone: 'Europe/Berlin', currency: 'EUR', ...problem?.values },
    errors: problem?.errors ?? [],
    fieldErrors: problem?.fieldErrors ?? {},
    countries: countryOptions(locale),
    zones: Intl.supportedValuesOf('timeZone').map((zone) => ({
      value: zone,
      label: zone.replaceAll('_', ' '),
    })),
    currencies: currencyOptions(CURRENCIES, locale),
  }
  await page(ctx, 'system/set-up', view, { title: t('getting_in.set_up.title'), area: 'system' })
}

const FIRST = ['EUR', 'USD', 'GBP']
const CURRENCIES = [...new Set([...FIRST, ...Intl.supportedValuesOf('currency')])].filter((code) =>
  isCurrency(code),
)
