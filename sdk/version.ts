/** The version of this SDK. A plugin's `sdk` range must hold it; within a major version nothing is taken away. */
export const SDK_VERSION = '1.0.0'
