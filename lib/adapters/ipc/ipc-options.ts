import type { OptionRules } from '../adapter-options.js'

import { pathProblem } from './ipc-path.js'

export const ipcRules = {
  schemes: ['ipc'],
  checks: {},
  uriProblem: pathProblem
} as const satisfies OptionRules
