export type { ConfigOf, ConfigOfFields, ConnectionHandles } from './config-of.ts'
export { describe } from './descriptor.ts'
export type {
  ActionDescriptor,
  Category,
  DeliveryGap,
  Descriptor,
  NodeKind,
  PortDescriptor,
  PortsPerRow,
  Promises,
  Target,
  TargetLimit,
} from './descriptor.ts'
export type {
  BooleanField,
  ChoiceField,
  ChoiceOption,
  CodeField,
  ConnectionField,
  DurationField,
  ExpressionField,
  ExpressionResult,
  Field,
  FieldCondition,
  FieldKind,
  Fields,
  IntegerField,
  JsonField,
  ListField,
  NumberField,
  Offers,
  PathField,
  SecretField,
  TemplateField,
  TextField,
} from './field.ts'
export { overflowFields } from './overflow.ts'
export { errorPort, hasErrorPort, outputPorts, rowId } from './ports.ts'
export { timingFields } from './timing.ts'
