/** In place of winston. */
export const logger = console
