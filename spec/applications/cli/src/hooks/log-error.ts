// For more information about this file see https://dove.feathersjs.com/guides/cli/log-error.html
import type { HookContext, NextFunction } from '../declarations.js'
import { logger } from '../logger.js'

export const logError = async (_context: HookContext, next: NextFunction) => {
  try {
    await next()
  } catch (error) {
    logger.error((error as Error).stack)
    throw error
  }
}
