/** The one API version whose shapes the simulator speaks. */
export const API_VERSION = '2026-10-28.endive'
