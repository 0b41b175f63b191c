import { readText } from './read-text.ts'

/**
 * The process of the program that was started through the wall: in a namespace of processes that is the child of what
 * made it; else what was started has become the program.
 */
export function innerPid(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined
  const [first] = (readText(`/proc/${pid}/task/${pid}/children`) ?? '').trim().split(' ')
  return first ? Number(first) : pid
}
