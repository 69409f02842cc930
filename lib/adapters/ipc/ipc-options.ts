import type { OptionRules } from '../adapter-options.js'

export const ipcRules: OptionRules = { schemes: ['ipc'], checks: {} }
