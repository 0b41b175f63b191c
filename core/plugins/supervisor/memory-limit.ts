import { dirname, join } from 'node:path'

const ROOT = '/sys/fs/cgroup'
/** The first version says "no limit" by the highest page of an address space. */
const UNLIMITED = 2 ** 60

/**
 * Whether a control group of the process, or one around it, has a limit of memory (both versions of them). In a container
 * the own group is the root of what is seen.
 */
export function limitsMemory(
  readText: (path: string) => string | null,
  pid: number | 'self' = 'self',
): boolean {
  const groups = (readText(`/proc/${pid}/cgroup`) ?? '').split('\n').map((line) => line.split(':'))
  for (const [, controllers = '', path = '/'] of groups) {
    const isSecond = controllers === ''
    if (!isSecond && !controllers.split(',').includes('memory')) continue
    const [folder, file] = isSecond ? [ROOT, 'memory.max'] : [join(ROOT, 'memory'), 'memory.limit_in_bytes']
    // A path from outside of a container is not there inside; its own group is then the root.
    for (let at = path; ; at = dirname(at)) {
      if (isLimit(readText(join(folder, at, file)))) return true
      if (at === '/' || at === '.') break
    }
  }
  return false
}

const isLimit = (text: string | null): boolean => {
  const bytes = Number(text?.trim() || NaN)
  return bytes > 0 && bytes < UNLIMITED
}
