import debug from 'debug'

/** In place of winston: errors of calls are shown with DEBUG=chat. */
export const logger = { error: debug('chat'), warn: debug('chat') }
