export interface ChartPoint {
  label: string
  /** Only for the picture; what people read is `text`. */
  value: number
  text: string
  /** The rows behind the point. */
  href?: string
}

export interface Chart {
  kind: 'bar' | 'line'
  title: string
  width: number
  height: number
  left: number
  grid: { y: number; text: string }[]
  points: DrawnPoint[]
  line: string
  area: string
}

export interface DrawnPoint extends ChartPoint {
  x: number
  y: number
  width: number
  height: number
  tickX: number
  /** Whether the label is written below: every nth, so that labels never touch. */
  tick: boolean
}

export interface ChartOptions {
  kind: 'bar' | 'line'
  title: string
  points: readonly ChartPoint[]
  /** Writes the figures of the scale, such as "€2k". */
  scale: (value: number) => string
  width?: number
  height?: number
}

const LEFT = 52
const TOP = 8
const BOTTOM = 24
const LABEL_WIDTH = 56

/** Places bars or a line in a box of width × height units; the component "chart" draws the result. */
export function drawChart(options: ChartOptions): Chart {
  const { kind, title, points, scale, width = 720, height = 240 } = options
  const steps = niceSteps(Math.max(0, ...points.map((point) => point.value)))
  const top = steps.at(-1) ?? 1
  const depth = height - TOP - BOTTOM
  const yOf = (value: number) => round(TOP + depth * (1 - Math.max(0, value) / top))
  const slot = (width - LEFT) / Math.max(1, points.length)
  const every = Math.ceil(LABEL_WIDTH / slot)

  const drawn = points.map((point, index) => {
    const centre = LEFT + slot * (index + 0.5)
    const barWidth = Math.min(slot * 0.62, 40)
    return {
      ...point,
      x: round(kind === 'bar' ? centre - barWidth / 2 : centre),
      y: yOf(point.value),
      width: round(barWidth),
      height: round(TOP + depth - yOf(point.value)),
      tickX: round(centre),
      tick: index % every === 0,
    }
  })
  const line = drawn.map((point, index) => `${index === 0 ? 'M' : 'L'}${point.x} ${point.y}`).join('')
  const floor = TOP + depth
  const area = drawn.length > 0 ? `${line}L${drawn.at(-1)!.x} ${floor}L${drawn[0]!.x} ${floor}Z` : ''
  const grid = steps.map((value) => ({ y: yOf(value), text: scale(value) }))
  return { kind, title, width, height, left: LEFT, grid, points: drawn, line, area }
}

/** Round steps from zero to at least the largest value, at most five of them. */
function niceSteps(largest: number): number[] {
  if (largest <= 0) return [0, 1]
  const rough = largest / 4
  const unit = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= rough)!
  return Array.from({ length: Math.ceil(largest / step) + 1 }, (_, index) => index * step)
}

const round = (value: number): number => Math.round(value * 10) / 10
