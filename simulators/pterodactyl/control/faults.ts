/** Which calls a fault meets; left out, it meets every call of the two APIs. */
export interface FaultTarget {
  /** How many calls it meets before it is used up. */
  calls: number
  method?: string
  /** The path of the call; `*` stands for any characters. */
  path?: string
}

export interface FailFault extends FaultTarget {
  status: number
  /** Seconds to announce in `Retry-After`. */
  retryAfter?: number
}

export interface DelayFault extends FaultTarget {
  /** Real milliseconds. */
  ms: number
}

type Fault =
  ({ kind: 'fail' } & FailFault) | ({ kind: 'delay' } & DelayFault) | ({ kind: 'lose' } & FaultTarget)

export interface Faults {
  add(fault: Fault): void
  clear(): void
  pending(): Fault[]
  /** What one call meets: at most one fault of each kind, the oldest first. */
  take(method: string, path: string): { fail?: FailFault; delay?: DelayFault; lose?: FaultTarget }
}

export function createFaults(): Faults {
  let faults: Fault[] = []
  const takeKind = <Kind extends Fault['kind']>(kind: Kind, method: string, path: string) => {
    const met = faults.find(
      (fault): fault is Extract<Fault, { kind: Kind }> => fault.kind === kind && meets(fault, method, path),
    )
    if (met) met.calls -= 1
    return met
  }
  return {
    add: (fault) => void faults.push({ ...fault }),
    clear: () => void (faults = []),
    pending: () => faults.filter(({ calls }) => calls > 0).map((fault) => ({ ...fault })),
    take: (method, path) => {
      const met = {
        fail: takeKind('fail', method, path),
        delay: takeKind('delay', method, path),
        lose: takeKind('lose', method, path),
      }
      faults = faults.filter(({ calls }) => calls > 0)
      return met
    },
  }
}

function meets(fault: Fault, method: string, path: string): boolean {
  return (
    (fault.method === undefined || fault.method.toUpperCase() === method) &&
    (fault.path === undefined || matchesPath(fault.path, path))
  )
}

function matchesPath(pattern: string, path: string): boolean {
  const escaped = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`).test(path)
}
