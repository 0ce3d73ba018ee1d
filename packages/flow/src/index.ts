export type {
  Bundle,
  ConnectionDocument,
  Flow,
  FlowNode,
  Group,
  PortReference,
  Position,
  Problem,
  Wire,
} from './flow.ts'
