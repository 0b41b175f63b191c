/** Money as the API writes it. */
export const amount = (minor: bigint, currency: string) => ({ minor: minor.toString(), currency })
