import DefaultTheme from 'vitepress/theme'
import FlowPicture from './FlowPicture.vue'
import RepairPicture from './RepairPicture.vue'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp({ app }: Parameters<NonNullable<typeof DefaultTheme.enhanceApp>>[0]) {
    app.component('FlowPicture', FlowPicture)
    app.component('RepairPicture', RepairPicture)
  }
}
