import type { Areas } from './areas.ts'

/** Everything that is wired, in the order of imports: an area may use what stands above it. */
export const wired: Areas = {
  areas: [],
  openPlugins: null,
  openOutside: null,
}
