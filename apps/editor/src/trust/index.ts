export { GuaranteeBadge } from './guarantee-badge.tsx'
export { GuaranteeSection } from './guarantee-section.tsx'
export { MakeCaseButton } from './make-case-button.tsx'
export { TestsPanel } from './tests-panel.tsx'
