/** BERTH_BENCH_SCALE=0.1 runs a bench on a tenth of its rows: to see that it runs, not what it measures. */
const SCALE = Number(process.env.BERTH_BENCH_SCALE ?? '1')

export const scaled = (count: number): number => Math.max(1, Math.round(count * SCALE))
