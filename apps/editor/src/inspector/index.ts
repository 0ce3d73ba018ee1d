export { Inspector, NodeInspector } from './inspector.tsx'
