import { hostIn, trustedIn, type HostField } from '../../../plugins/index.ts'
import type { FormSchema } from '../../../render/index.ts'
import type { Field } from '../blocks.ts'
import { tickedField, textOf, type Asked, type Desk } from '../desk.ts'
import { spelt, trustNames } from '../trust-values.ts'

export interface TrustForm {
  /** Where staff type hosts. */
  fields: readonly HostField[]
  schema: object | undefined
  /** As they are kept; empty before the first save. */
  settings: Record<string, unknown>
}

/** For each host that stands in settings: a tick that it is inside, and the certificate that it is known by. */
export function trustFields(desk: Desk, asked: Asked, of: TrustForm): Field[] {
  return of.fields.flatMap((field, place) => fieldsOf(desk, asked, of, { field, place }))
}

function fieldsOf(
  { t }: Desk,
  asked: Asked,
  { schema, settings }: TrustForm,
  { field, place }: { field: HostField; place: number },
): Field[] {
  const names = trustNames(place)
  const host = hostIn(field, settings)
  const trusted = host && trustedIn(settings).find((one) => spelt(one) === spelt(host))
  const drawn = trusted ? spelt(trusted) : ''
  const title = (schema as Partial<FormSchema> | undefined)?.properties?.[field.field]?.title ?? field.field
  const error = asked.refused?.fields[names.certificate]
  const pinned = trusted?.certificateSha256 !== undefined
  return [
    { name: names.drawn, kind: 'hidden', label: '', value: drawn },
    {
      ...tickedField(asked, names.inside, trusted !== undefined && trusted.publicOnly !== true),
      label: t(field.port === null ? 'trust.inside' : 'trust.inside_port', { title, port: field.port ?? 0 }),
      hint: t('trust.inside_hint'),
    },
    {
      ...{ name: names.certificate, kind: 'textarea', rows: 3, required: false },
      ...{ label: t('trust.certificate', { title }) },
      value: asked.refused ? textOf(asked.refused.values, names.certificate) : '',
      hint: t(pinned ? 'trust.certificate_kept' : 'trust.certificate_hint'),
      ...(error === undefined ? {} : { error }),
    },
    ...(pinned ? [{ ...tickedField(asked, names.unpin, false), label: t('trust.unpin') }] : []),
  ]
}
