import type { Block } from '../../../sdk/index.ts'
import { schemaFields, type FieldSchema, type FormSchema, type SchemaField } from '../../render/index.ts'
import type { Ctx } from '../context.ts'
import { formKeys } from '../page/form.ts'
import { sealForm, type SealedForm } from './form-seal.ts'
import { placeBase } from './viewer.ts'

/** A block as its template wants it: a form with its fields, anything else as the plugin gave it. */
export type BlockView =
  | Exclude<Block, { block: 'form' }>
  | {
      block: 'form'
      action: string
      label: string
      fields: readonly SchemaField[]
      sealed: SealedForm
      back: string
      keys: { once: string }
    }

export interface Origin {
  instance: string
  record?: string
}

export function blockViews(ctx: Ctx, blocks: readonly Block[], origin: Origin): BlockView[] {
  return blocks.map((block) => (block.block === 'form' ? formView(ctx, block, origin) : block))
}

type FormBlock = Extract<Block, { block: 'form' }>

export function formView(
  ctx: Ctx,
  { action, label, form }: Pick<FormBlock, 'action' | 'label' | 'form'>,
  origin: Origin,
  kept: { values?: Record<string, unknown>; errors?: Record<string, string>; back?: string } = {},
): BlockView {
  const { back = ctx.path, ...rest } = kept
  const plain = plainForm(form)
  return {
    block: 'form',
    action: `${placeBase(ctx)}/${origin.instance}/acts/${action}`,
    label,
    back,
    keys: formKeys(),
    fields: schemaFields({ schema: plain, prefix: 'values', ...rest }),
    sealed: sealForm(ctx, { ...origin, action, label, form: plain }),
  }
}

const TYPES = ['string', 'number', 'integer', 'boolean']
const TEXTS = ['title', 'description', 'format'] as const
const NUMBERS = ['minimum', 'maximum', 'minLength', 'maxLength'] as const
const FORMATS = ['uri', 'email', 'date', 'multiline']
const FIELDS_MAX = 30

/** What core itself compiles of a plugin's schema: flat fields with limits, and no pattern that could run for ever. */
export function plainForm(form: Record<string, unknown>): FormSchema {
  const given = Object.entries((form.properties ?? {}) as Record<string, FieldSchema>)
  const fields = given.filter(([name]) => /^[a-z][a-z0-9_]{0,39}$/.test(name)).slice(0, FIELDS_MAX)
  const names = fields.map(([name]) => name)
  const required = Array.isArray(form.required) ? (form.required as unknown[]).map(String) : []
  return {
    type: 'object',
    properties: Object.fromEntries(fields.map(([name, field]) => [name, plainField(field)])),
    required: required.filter((name) => names.includes(name)),
  }
}

function plainField(field: FieldSchema): FieldSchema {
  const texts = TEXTS.filter((key) => typeof field[key] === 'string' && (key !== 'format' || isFormat(field)))
  const numbers = NUMBERS.filter((key) => typeof field[key] === 'number')
  const choices = Array.isArray(field.enum) ? { enum: field.enum.slice(0, 200).map(String) } : {}
  return {
    type: TYPES.includes(String(field.type)) ? (field.type as FieldSchema['type'] & string) : 'string',
    ...Object.fromEntries([...texts, ...numbers].map((key) => [key, field[key]])),
    ...choices,
  }
}

const isFormat = ({ format }: FieldSchema): boolean => FORMATS.includes(format ?? '')
