export { GuaranteeBadge } from './guarantee-badge.tsx'
export { GuaranteeSection } from './guarantee-section.tsx'
