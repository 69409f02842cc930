// Their own copy of inversify, which is an ES module.
import sync, { createContainer, SyncAdapter } from 'feathers-sync'
import { Container, injectable } from 'inversify'

@injectable()
class MyAdapter extends SyncAdapter {
  override readonly type = 'mine'
  protected override async doConnect(): Promise<void> {}
  protected override async doPublish(): Promise<void> {}
  protected override async doClose(): Promise<void> {}
}

const container = new Container()
container.bind(SyncAdapter).to(MyAdapter).whenNamed('mine')
createContainer().bind(SyncAdapter).to(MyAdapter).whenNamed('mine')
export const configure = sync({ uri: 'mine:', container })
