import type { OptionRules } from '../adapter-options.js'

export const ipcRules = { schemes: ['ipc'], checks: {} } as const satisfies OptionRules
