import { createHmac, timingSafeEqual } from 'node:crypto'
import { bindingOf } from '../chain/csrf.ts'
import type { Ctx } from '../context.ts'

/** The form that a plugin showed to this very reader: what comes back is for this place and record, and no other. */
export interface ShownForm {
  instance: string
  action: string
  label: string
  /** Of plain fields only, see plainForm. */
  form: object
  record?: string
}

export interface SealedForm {
  about: string
  seal: string
}

export function sealForm(ctx: Ctx, shown: ShownForm): SealedForm {
  const about = Buffer.from(JSON.stringify(shown)).toString('base64url')
  return { about, seal: sealOf(ctx, about).toString('base64url') }
}

/** Null when this reader was never shown this form. */
export function openForm(ctx: Ctx, { about, seal }: SealedForm): ShownForm | null {
  const given = Buffer.from(seal, 'base64url')
  const own = sealOf(ctx, about)
  if (given.length !== own.length || !timingSafeEqual(given, own)) return null
  return JSON.parse(Buffer.from(about, 'base64url').toString()) as ShownForm
}

const sealOf = (ctx: Ctx, about: string): Buffer =>
  createHmac('sha256', bindingOf(ctx)).update(`form of a plugin ${about}`).digest()
