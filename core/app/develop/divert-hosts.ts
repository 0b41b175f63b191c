import type { Wiring } from '../areas.ts'
import { refuseReal } from './developer.ts'

/** Host → origin on this machine, or null for the company itself. */
type Diverted = Record<string, string | null>

/** Leads hosts to the stand-ins of a plugin that is being written; answers where they led before. */
export async function divertHosts(wiring: Wiring, { hosts }: { hosts: Diverted }): Promise<Diverted> {
  await refuseReal(wiring)
  const { outbound } = wiring
  const before = Object.keys(hosts).map((host) => [host, outbound[host] ?? null] as const)
  for (const [host, origin] of Object.entries(hosts))
    if (origin === null) Reflect.deleteProperty(outbound, host)
    else outbound[host] = origin
  return Object.fromEntries(before)
}
