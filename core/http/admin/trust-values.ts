import { certificateFacts, hostIn, type HostField } from '../../plugins/index.ts'
import type { FormBody } from '../context.ts'
import { textOf, ticked } from './desk.ts'

/** One host that staff say something about, as the verbs take it. */
export interface SaidTrust {
  host: string
  port: number
  inside: boolean
  certificate?: string | null
}

/** Names of the fields that belong to the host of one place. */
export const trustNames = (place: number) => ({
  drawn: `trust_drawn_${place}`,
  inside: `trust_inside_${place}`,
  certificate: `trust_certificate_${place}`,
  unpin: `trust_unpin_${place}`,
})

export const spelt = ({ host, port }: { host: string; port: number }): string => `${host}:${port}`

/**
 * What the form says of the hosts in the settings. A tick that stood there for another host says nothing of the one that
 * is typed now; `lost` names the hosts that it was taken from. Undefined: the form had no such fields.
 */
export function trustValues(
  form: FormBody,
  fields: readonly HostField[],
  settings: Record<string, unknown>,
): { trust?: SaidTrust[]; lost: string[] } {
  const said: SaidTrust[] = []
  const lost: string[] = []
  let asked = false
  for (const [place, field] of fields.entries()) {
    const names = trustNames(place)
    if (form[names.drawn] === undefined) continue
    asked = true
    const drawn = textOf(form, names.drawn)
    const host = hostIn(field, settings)
    const moved = drawn !== '' && drawn !== (host && spelt(host))
    if (moved) lost.push(drawn)
    if (host && !said.some((one) => spelt(one) === spelt(host)))
      said.push({
        ...{ host: host.host, port: host.port, inside: !moved && ticked(form, names.inside) },
        ...pinOf(form, names),
      })
  }
  return asked ? { trust: said, lost } : { lost }
}

function pinOf(form: FormBody, names: ReturnType<typeof trustNames>): Pick<SaidTrust, 'certificate'> {
  const pem = textOf(form, names.certificate)
  if (pem !== '') {
    certificateFacts(pem, names.certificate)
    return { certificate: pem }
  }
  return ticked(form, names.unpin) ? { certificate: null } : {}
}
