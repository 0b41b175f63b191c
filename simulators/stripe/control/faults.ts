export interface Aim {
  /** How many matching calls; 1 when left out. */
  times?: number
  /** Start of the path, `/v1/refunds`; every API call when left out. */
  path?: string
  method?: string
}

export interface Failure extends Aim {
  status: number
  /** Error code in the body, for instance `rate_limit` or `lock_timeout`. */
  code?: string
  type?: string
  message?: string
  /** Do the work first and then answer the failure; the caller cannot tell. */
  work?: boolean
  /** Whether the answer is kept under the idempotency key; so it is from 500 on when left out. */
  kept?: boolean
}

export interface Delay extends Aim {
  ms: number
}

/** What the next calls shall suffer. */
export class Faults {
  readonly #failures: (Failure & { times: number })[] = []
  readonly #delays: (Delay & { times: number })[] = []
  readonly #losses: (Aim & { times: number })[] = []

  fail(failure: Failure): void {
    this.#failures.push({ ...failure, times: failure.times ?? 1 })
  }

  delay(delay: Delay): void {
    this.#delays.push({ ...delay, times: delay.times ?? 1 })
  }

  /** Does the work, then drops the socket instead of answering. */
  lose(aim: Aim): void {
    this.#losses.push({ ...aim, times: aim.times ?? 1 })
  }

  clear(): void {
    for (const list of [this.#failures, this.#delays, this.#losses]) list.length = 0
  }

  /** Takes what is meant for this call, one of each kind. */
  take(method: string, path: string) {
    return {
      failure: takeFrom(this.#failures, method, path),
      delay: takeFrom(this.#delays, method, path),
      lost: takeFrom(this.#losses, method, path) !== undefined,
    }
  }
}

function takeFrom<T extends Aim>(list: T[], method: string, path: string): T | undefined {
  const index = list.findIndex(
    (aim) =>
      (aim.path === undefined || path.startsWith(aim.path)) &&
      (aim.method === undefined || aim.method.toUpperCase() === method),
  )
  const found = list[index]
  if (!found) return undefined
  found.times = (found.times ?? 1) - 1
  if (found.times <= 0) list.splice(index, 1)
  return found
}
