import type { Metadata } from '../shapes.ts'

/** The metadata after a change: an empty value takes its key away, null takes all away. */
export function mergeMetadata(old: Metadata, change: Metadata | null | undefined): Metadata {
  if (change === null) return {}
  const merged = { ...old, ...change }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== ''))
}
