/** One line a figure, for people and for machines. A ratio compares with a baseline measured in the same run. */
export interface Figure {
  name: string
  value: number
  unit: string
  baseline?: number
  ratio?: number
  /** What the issue asks for: "ratio >= 0.1". */
  bar?: { of: 'ratio' | 'value'; least?: number; most?: number }
}

export interface Judged extends Figure {
  met: boolean
}

export function report(figure: Figure): Judged {
  const { bar, ...shown } = figure
  const measured = bar?.of === 'ratio' ? figure.ratio : figure.value
  const met =
    bar === undefined ||
    (measured !== undefined && measured >= (bar.least ?? -Infinity) && measured <= (bar.most ?? Infinity))
  console.log(JSON.stringify({ ...rounded(shown), ...(bar ? { bar: bar.least ?? bar.most, met } : {}) }))
  return { ...figure, met }
}

function rounded<T extends object>(figure: T): T {
  const entries = Object.entries(figure).map(([key, value]) => [
    key,
    typeof value === 'number' ? Number(value.toPrecision(4)) : (value as unknown),
  ])
  return Object.fromEntries(entries) as T
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** CPU seconds of this process that the work cost, all threads. */
export async function cpuSeconds(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}
