import type { Params } from '@feathersjs/feathers'
import { MemoryService, type MemoryServiceOptions } from '@feathersjs/memory'

/** A table of the database that all instances share. */
export class Table {
  readonly records = {}
  nextId = 1
}

/** In place of KnexService: records and ids are those of a table. */
export class TableService<Result, Data, ServiceParams extends Params, PatchData> extends MemoryService<
  Result,
  Data,
  ServiceParams,
  PatchData
> {
  constructor({ table, ...options }: TableOptions) {
    super(options)
    this.store = table.records
    Object.defineProperty(this, '_uId', {
      get: () => table.nextId,
      set: (id: number) => {
        table.nextId = id
      }
    })
  }
}

export interface TableOptions extends MemoryServiceOptions {
  table: Table
}
