import type { Wiring } from '../areas.ts'
import { refuseReal } from './developer.ts'

/** Host → origin on this machine. */
type Diverted = Readonly<Record<string, string>>

/** Where a shop is led now. The last who leads a host wins; behind all of them is where it led by itself. */
interface Leads {
  own: Map<string, string | undefined>
  taken: { pid: number; hosts: Diverted }[]
  watch: NodeJS.Timeout | undefined
}

const leadsOf = new WeakMap<Wiring['outbound'], Leads>()
const WATCH_MS = 1_000

/** Leads hosts to the stand-ins of a plugin that is being written, for as long as the process that asks is there. */
export async function divertHosts(
  { means, outbound }: Wiring,
  { hosts, pid }: { hosts: Diverted; pid: number },
): Promise<void> {
  await refuseReal({ means })
  const leads: Leads = leadsOf.get(outbound) ?? { own: new Map(), taken: [], watch: undefined }
  leadsOf.set(outbound, leads)
  for (const host of Object.keys(hosts)) if (!leads.own.has(host)) leads.own.set(host, outbound[host])
  leads.taken.push({ pid, hosts })
  lead(outbound, leads)
  leads.watch ??= setInterval(() => letGo(outbound, (one) => !isRunning(one)), WATCH_MS).unref()
}

/** Ends what a process led. One that was killed cannot ask for it; it is missed within a second. */
export async function leadBack({ outbound }: Wiring, { pid }: { pid: number }): Promise<void> {
  letGo(outbound, (one) => one === pid)
  return Promise.resolve()
}

function letGo(outbound: Wiring['outbound'], isOver: (pid: number) => boolean): void {
  const leads = leadsOf.get(outbound)
  if (!leads) return
  leads.taken = leads.taken.filter(({ pid }) => !isOver(pid))
  lead(outbound, leads)
  if (leads.taken.length > 0) return
  clearInterval(leads.watch)
  leadsOf.delete(outbound)
}

function lead(outbound: Wiring['outbound'], { own, taken }: Leads): void {
  for (const [host, before] of own) {
    const origin = taken.findLast(({ hosts }) => host in hosts)?.hosts[host] ?? before
    if (origin === undefined) Reflect.deleteProperty(outbound, host)
    else outbound[host] = origin
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
