import { domainToASCII } from 'node:url'
import type { NameKind } from './kinds.ts'

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const NAME_MAX = 253

/** What is wrong with a name as `plainName` writes it, or null. Reasons are told to people through their own messages. */
export function nameProblem(kind: NameKind, name: string): string | null {
  const bare = kind === 'common_name' ? name.replace(/^\*\./, '') : name
  const labels = bare.split('.')
  const fits =
    bare.length <= NAME_MAX &&
    labels.every((label) => LABEL.test(label)) &&
    // An address such as 192.0.2.7 is no name.
    !/^\d+$/.test(labels.at(-1)!) &&
    (kind === 'hostname' || labels.length > 1)
  return fits ? null : PROBLEMS[kind]
}

const PROBLEMS: Record<NameKind, string> = {
  domain: 'is not a domain name',
  hostname: 'is not a host name',
  common_name: 'is not a name for a certificate',
}

/** "Müller.de." → "xn--mller-kva.de": as registrars and servers write it. What is no name at all stays as it was typed. */
export function plainName(text: string): string {
  const [, star = '', rest = ''] = /^(\*\.)?(.*?)\.?$/su.exec(text.trim().toLowerCase())!
  const ascii = /^[\p{L}\p{N}\p{M}.-]+$/u.test(rest) ? domainToASCII(rest) : ''
  // A number alone would be read as an address: "7" as 0.0.0.7.
  return star + (ascii === '' || /^[\d.]+$/.test(ascii) ? rest : ascii)
}
